import { describe, expect, it } from 'vitest';
import { paperReference, referenceText } from '../../../../src/notes/papers/reference';

const key = (text: string) => paperReference(text)?.key;

describe('what names a paper', () => {
  it.each([
    'https://arxiv.org/abs/2312.03700',
    'http://www.arxiv.org/pdf/2312.03700v2.pdf',
    'https://arxiv.org/pdf/2312.03700.pdf#page=3',
    'https://export.arxiv.org/abs/2312.03700v1',
    'https://arxiv.org/html/2312.03700v1',
    'https://ar5iv.labs.arxiv.org/html/2312.03700',
    'https://www.alphaxiv.org/abs/2312.03700',
    'https://huggingface.co/papers/2312.03700',
    'https://doi.org/10.48550/arXiv.2312.03700',
    'arXiv:2312.03700v3',
    'arxiv.org/abs/2312.03700',
    ' 2312.03700 ',
  ])('%s is a paper of arXiv', (text) => {
    expect(key(text)).toBe('arxiv:2312.03700');
  });

  it.each([
    ['cs/0112017', 'arxiv:cs/0112017'],
    ['https://arxiv.org/abs/math.GT/0309136v1', 'arxiv:math.gt/0309136'],
    ['https://arxiv.org/pdf/hep-th/9901001', 'arxiv:hep-th/9901001'],
    ['https://doi.org/10.1145/3292500.3330701', 'doi:10.1145/3292500.3330701'],
    ['doi: 10.1109/CVPR.2016.90.', 'doi:10.1109/cvpr.2016.90'],
    ['https://dl.acm.org/doi/abs/10.1145/3292500.3330701', 'doi:10.1145/3292500.3330701'],
    ['https://link.springer.com/article/10.1007/s11263-015-0816-y', 'doi:10.1007/s11263-015-0816-y'],
    ['10.1002/(SICI)1097-4571(199806)49:8', 'doi:10.1002/(sici)1097-4571(199806)49:8'],
    ['https://openreview.net/forum?id=YicbFdNTTy', 'openreview:YicbFdNTTy'],
    ['https://openreview.net/pdf?id=YicbFdNTTy', 'openreview:YicbFdNTTy'],
    ['https://aclanthology.org/2020.acl-main.1/', 'acl:2020.acl-main.1'],
    ['https://www.aclweb.org/anthology/P19-1001.pdf', 'acl:p19-1001'],
    ['https://example.org/a/Paper.PDF?download=1', 'pdf:https://example.org/a/Paper.PDF?download=1'],
    ['papers/lisa.pdf', 'pdf:papers/lisa.pdf'],
  ])('%s → %s', (text, expected) => {
    expect(key(text)).toBe(expected);
  });

  it.each([
    '',
    'https://arxiv.org/list/cs.CV/recent',
    'https://arxiv.org/abs/',
    'https://notarxiv.org/abs/2312.03700',
    'https://arxiv.org.evil.example/abs/2312.03700',
    'javascript:alert(1)//arxiv.org/abs/2312.03700',
    'data:application/x.pdf',
    'https://github.com/csuhan/OneLLM',
    'https://openreview.net/group?id=ICLR',
    '10.1/x',
    'some words',
    'version 2312.037',
  ])('%s names none', (text) => {
    expect(paperReference(text)).toBeUndefined();
  });

  it('is written and addressed as its place does', () => {
    expect(paperReference('arxiv:cs/0112017')).toMatchObject({
      id: 'cs/0112017',
      url: 'https://arxiv.org/abs/cs/0112017',
    });
    expect(paperReference('10.1002/a#b?c')?.url).toBe('https://doi.org/10.1002/a%23b%3Fc');
    expect(referenceText(paperReference('2312.03700') as never)).toBe('arXiv:2312.03700');
  });
});
