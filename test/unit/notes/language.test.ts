import { describe, expect, it } from 'vitest';
import { languageOf } from '../../../webview/preview/language';

describe('the language of a note', () => {
  it('is told by its characters, where they do', () => {
    expect(languageOf('多模态的对齐：把 image token 送进 language model，再由 LISA 解码。')).toBe('zh');
    expect(languageOf('画像の領域を指し示すモデルについて。LISA と Ferret。')).toBe('ja');
    expect(languageOf('이미지의 영역을 가리키는 모델. LISA.')).toBe('ko');
    expect(languageOf('A region enters the sentence three times, 区域 included.')).toBeUndefined();
    expect(languageOf('')).toBeUndefined();
    expect(languageOf('12 + 3')).toBeUndefined();
  });
});
