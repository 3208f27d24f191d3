import { describe, expect, it } from 'vitest';
import {
  classesNamed,
  noSuchClass,
  partlyUnknown,
  plainName,
} from '../../../../src/inference/engines/onnx/classes';
import { cocoNames } from '../../../../src/inference/engines/onnx/detector/coco';

const named = (phrase: string) => classesNamed(phrase, cocoNames).kinds.map((kind) => cocoNames[kind]);

describe('phrases and classes', () => {
  it.each([
    ['person', ['person']],
    ['People', ['person']],
    ['all the persons', ['person']],
    ['a dog', ['dog']],
    ['buses', ['bus']],
    ['knives', ['knife']],
    ['the wine glasses', ['wine glass']],
    ['benches', ['bench']],
    ['sheep', ['sheep']],
    ['a sofa', ['couch']],
    ['motorbikes', ['motorcycle']],
    ['television', ['tv']],
    ['cats and dogs', ['cat', 'dog']],
    ['find every traffic light.', ['traffic light']],
    ['cell-phone', ['cell phone']],
  ])('“%s” names %j', (phrase, classes) => {
    expect(named(phrase)).toEqual(classes);
  });

  it.each(['red car', 'woman', 'car on the left', 'happiness', 'glass', 'table', 'bird bath'])(
    '“%s” is none, and a wrong box is worse than none',
    (phrase) => {
      expect(named(phrase)).toEqual([]);
    },
  );

  it('are compared in vocabularies with several words for a class', () => {
    expect(classesNamed('people', ['wall', 'person;individual;someone']).kinds).toEqual([1]);
    expect(classesNamed('shrubs', ['plant, flora', 'bush, shrub']).kinds).toEqual([1]);
    expect(plainName('The Fire_Hydrants!')).toBe('fire hydrant');
  });

  it('that are none are answered with what is known and what else there is', () => {
    const { refused, text, found } = noSuchClass('Detector', 'the red car', cocoNames);
    expect({ refused, found }).toEqual({ refused: true, found: [] });
    expect(text).toContain('“the red car” is none of it. It can look for “car”.');
    expect(text).toContain('and 68 more');
    expect(text).toMatch(/Grounding DINO and OWLv2/);
    const { unknown } = classesNamed('a cat and a unicorn', cocoNames);
    expect(partlyUnknown(unknown)).toContain('“a unicorn”');
  });

  it('has COCO in its usual order', () => {
    expect(cocoNames).toHaveLength(80);
    expect([cocoNames[0], cocoNames[56], cocoNames[79]]).toEqual(['person', 'chair', 'toothbrush']);
  });
});
