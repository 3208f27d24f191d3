/** The questions that Florence-2 was trained on, by its names for them. `{input}` is a phrase, or a box as `writeBox` writes it. */
export const prompts = {
  CAPTION: 'What does the image describe?',
  DETAILED_CAPTION: 'Describe in detail what is shown in the image.',
  MORE_DETAILED_CAPTION: 'Describe with a paragraph what is shown in the image.',
  OD: 'Locate the objects with category name in the image.',
  DENSE_REGION_CAPTION: 'Locate the objects in the image, with their descriptions.',
  OCR_WITH_REGION: 'What is the text in the image, with regions?',
  CAPTION_TO_PHRASE_GROUNDING: 'Locate the phrases in the caption: {input}',
  OPEN_VOCABULARY_DETECTION: 'Locate {input} in the image.',
  REFERRING_EXPRESSION_SEGMENTATION: 'Locate {input} in the image with mask',
  REGION_TO_CATEGORY: 'What is the region {input}?',
  REGION_TO_DESCRIPTION: 'What does the region {input} describe?',
  REGION_TO_OCR: 'What text is in the region {input}?',
} as const;
export type FlorenceTask = keyof typeof prompts;
