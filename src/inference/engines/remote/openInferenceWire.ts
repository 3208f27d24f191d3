/** What servers of the Open Inference Protocol, version 2, send. All objects may hold more than this. */
import * as z from 'zod';

const tensorMetadataSchema = z.object({
  name: z.string(),
  datatype: z.string(),
  /** -1 where any length goes. */
  shape: z.array(z.number().int()),
});

/** `/v2/models/NAME`. Servers that do not know their tensors list none. */
export const modelMetadataSchema = z.object({
  name: z.string(),
  platform: z.string().nullish(),
  inputs: z.array(tensorMetadataSchema).nullish(),
  outputs: z.array(tensorMetadataSchema).nullish(),
});
export type ModelMetadata = z.infer<typeof modelMetadataSchema>;

/** A tensor of an answer: `data` in JSON, flat or nested, or so many bytes behind the JSON. */
export const answeredTensorSchema = z.object({
  name: z.string(),
  datatype: z.string(),
  shape: z.array(z.number().int().nonnegative()),
  parameters: z.looseObject({ binary_data_size: z.number().int().nonnegative().optional() }).nullish(),
  data: z.array(z.unknown()).nullish(),
});
export type AnsweredTensor = z.infer<typeof answeredTensorSchema>;

/** `/v2/models/NAME/infer` */
export const inferAnswerSchema = z.object({ outputs: z.array(answeredTensorSchema) });
