/** The sentences of answers, in English and Chinese. `{name}` is filled in by the program. */
import type { Direction, Language } from './grammar';
import type { ShapeKind } from './shapeKind';

type Side = Exclude<Direction, 'inside'>;

export interface Words {
  quote(text: string): string;
  /** Joins the parts of a list; given as separators, because parts are tied to regions. */
  separators: { between: string; last: string };
  position(column: -1 | 0 | 1, row: -1 | 0 | 1): string;
  shapes: Record<ShapeKind, string>;
  sides: Record<Side, string>;
  /** Names of the thirds of a picture. */
  thirds: Record<Side, string>;
  times(count: number): string;
  sentences: Readonly<Record<Sentence, string>>;
}

export type Sentence = keyof typeof english.sentences;

const english = {
  quote: (text: string) => `"${text}"`,
  separators: { between: ', ', last: ' and ' },
  position: (column: number, row: number) => {
    const words = [
      ['at the top', 'in the middle', 'at the bottom'][row + 1],
      ['left', '', 'right'][column + 1],
    ];
    if (column === 0) return words[0] as string;
    return row === 0 ? `at the ${words[1]}` : `${words[0]} ${words[1]}`;
  },
  shapes: {
    rectangle: 'a rectangle',
    'rounded rectangle': 'a rounded rectangle',
    circle: 'a circle',
    ellipse: 'an ellipse',
    diamond: 'a diamond',
    shape: 'a closed shape',
  },
  sides: { left: 'left of', right: 'right of', above: 'above', below: 'below' },
  thirds: { left: 'left', right: 'right', above: 'upper', below: 'lower' },
  times: (count: number) => (count === 1 ? 'once' : `${count} times`),
  sentences: {
    // Where something is.
    isAt: '{x} is {position}.',
    isAtInShape: '{x} is {position}, in {shape}.',
    partOf: '{phrase} is part of {x}, {position}.',
    alike: '{phrase} is not written in this picture; alike is {x}, {position}.',
    places: '{phrase} is written in {count} places: {list}.',
    labelAt: '{x} {position}',
    nthOf: 'Number {n} of {count}: {x}, {position}.',
    yes: 'Yes. ',
    no: 'No: {phrase} is not written in this picture.',
    // What is written.
    says: '{x} says {list}.',
    saysMany: '{x} says, in reading order: {list}.',
    around: ' Around it is {shape}.',
    noText: 'No text was read in {x}. This pack reads what is written, and sees nothing else of a region.',
    allText: '{count} texts were read, in reading order: {list}.',
    oneText: 'One text was read: {list}.',
    // How many.
    labels: '{count} labels were read: {list}.',
    labelsIn: '{count} labels were read in {x}: {list}.',
    noLabelsIn: 'No label was read in {x}.',
    boxes: '{count} closed shapes hold text: {list}. Shapes without text are not counted.',
    boxesIn: '{count} closed shapes in {x} hold text: {list}. Shapes without text are not counted.',
    noBoxes: 'No closed shape that holds text was found. Shapes without text are not counted.',
    noBoxesIn: 'No closed shape that holds text was found in {x}. Shapes without text are not counted.',
    written: '{phrase} is written {times}: {list}.',
    // What stands beside.
    beside: '{Side} {x} is {list}.',
    besideMany: '{Side} {x}, nearest first: {list}.',
    askew: 'Nothing is written straight {side} {x}; nearest to that side: {list}.',
    nothingBeside: 'Nothing is written {side} {x}.',
    inside: 'In {x}: {list}.',
    nothingInside: 'Nothing else is written in {x}.',
    noInside: 'No closed shape that {x} names was found, so nothing can be said to be inside it.',
    inThird: 'In the {side} third of the picture: {list}.',
    nothingInThird: 'Nothing is written in the {side} third of the picture.',
    between: 'Between {x} and {y}: {list}.',
    nothingBetween: 'Nothing is written between {x} and {y}.',
    noBetween: 'There is no room between {x} and {y}: one lies in the other, or they overlap.',
    aboutOne:
      '{phrase} is written in {count} places; this is about the one {position} (“the other one” asks about the next). ',
    more: '{count} more',
    // What cannot be answered.
    notWritten: '{phrase} is not written in this picture, in which {lines} lines of text were read.',
    nearest: ' The nearest texts are {list}.',
    writtenOnly: ' What the picture shows without words, this pack cannot tell.',
    nothingRead: 'No text was found in this picture, and this pack answers from what is written in it.',
    whichIt: 'It is not clear what is meant: name what is written, or put a region into the question with @.',
    noOther: 'There is no other one: the turn before was about one place.',
    noTurn: 'There is no answer before this one that had several places.',
    forms:
      'This pack answers from the words that are written in a picture, and not this question. It can tell: where “X” is; what a region says; how often “X” is written; how many boxes or labels there are; what stands inside, left of, right of, above or below “X” or a region; what is between “X” and “Y”; whether “X” is there; all the text; and go on from an answer (“and below it?”, “the other one”).',
    needsModel: ' Questions about looks and meaning need a vision-language model.',
    // How it was found.
    stepRead: 'Read the picture: {lines} lines of text, {labels} labels.',
    stepNotUnderstood: 'The question has none of the forms that this pack knows.',
    stepBefore: '“{it}” is what the turn before was about: {list}.',
    stepSame: '{phrase} is the text of {list}.',
    stepContained: '{phrase} is part of {list}.',
    stepSimilar: '{phrase} is like {list}, but for a few letters.',
    stepMissing: 'Compared {phrase} with {labels} labels: none is the same, holds it or is like it.',
    stepShape: 'Followed the even colour around {x} to a closed outline: {shape}, {box}.',
    stepSegmented: 'No closed outline of one colour bounds {x}; the segmenter found {shape}, {box}.',
    stepNoShape: 'No closed outline of one colour bounds {x}: its place is that of its text.',
    stepCompared:
      'Compared {labels} labels with the place {box}: {count} lie there, {facing} of them straight.',
    stepInRegion: 'Took the characters whose middle lies in {x}, {box}: {count} labels or parts of labels.',
    stepBetween:
      'Looked between the near edges of both, in {box}: {count} of {labels} labels have their middle there.',
    stepOutlines: 'Looked for a closed outline around each of {labels} labels: {count} different ones.',
    stepOccurrences:
      'Compared {phrase} with all labels: {alone} are the same, {within} hold it as whole words.',
    understood: 'Understood the question as: {query}.',
    queryLocate: 'where {x} is',
    queryExists: 'whether {x} is written',
    queryRead: 'what is written in {x}',
    queryCount: 'how often {x} is written',
    queryBoxes: 'how many closed shapes with text are in {x}',
    queryLabels: 'how many labels are in {x}',
    queryInside: 'what is written inside {x}',
    querySide: 'what is written {side} {x}',
    queryBetween: 'what is written between {x} and {y}',
    queryList: 'all the text',
    queryPick: 'another of the places of the turn before',
    it: 'it',
    space: ' ',
    partRead: ' (Only a part of this large picture was read.)',
    copyRead: ' (This picture is large: a reduced copy was read. Zoom in to read small text.)',
    answering: 'Answering…',
    picture: 'the picture',
  },
};

const chinese: Words = {
  quote: (text) => `“${text}”`,
  separators: { between: '、', last: '和' },
  position: (column, row) => {
    if (column === 0 && row === 0) return '图的中间';
    const vertical = ['上', '', '下'][row + 1] as string;
    const horizontal = ['左', '', '右'][column + 1] as string;
    return `图的${horizontal}${vertical}${column !== 0 && row !== 0 ? '角' : '边'}`;
  },
  shapes: {
    rectangle: '矩形',
    'rounded rectangle': '圆角矩形',
    circle: '圆形',
    ellipse: '椭圆',
    diamond: '菱形',
    shape: '封闭形状',
  },
  sides: { left: '左边', right: '右边', above: '上边', below: '下边' },
  thirds: { left: '左', right: '右', above: '上', below: '下' },
  times: (count) => `${count} 次`,
  sentences: {
    isAt: '{x}在{position}。',
    isAtInShape: '{x}在{position}，在一个{shape}里。',
    partOf: '{phrase}是{x}的一部分，在{position}。',
    alike: '图中没有写{phrase}；相近的是{x}，在{position}。',
    places: '{phrase}写在 {count} 处：{list}。',
    labelAt: '{x}（{position}）',
    nthOf: '{count} 处中的第 {n} 处：{x}，在{position}。',
    yes: '有。',
    no: '没有：图中没有写{phrase}。',
    says: '{x}写着{list}。',
    saysMany: '{x}按阅读顺序写着：{list}。',
    around: '它在一个{shape}里。',
    noText: '在{x}里没有读到文字。这个模型包只会读文字，看不出区域的其他内容。',
    allText: '按阅读顺序读到 {count} 处文字：{list}。',
    oneText: '读到一处文字：{list}。',
    labels: '读到 {count} 个标签：{list}。',
    labelsIn: '在{x}里读到 {count} 个标签：{list}。',
    noLabelsIn: '在{x}里没有读到标签。',
    boxes: '有 {count} 个封闭形状里有文字：{list}。没有文字的形状不计算在内。',
    boxesIn: '{x}里有 {count} 个封闭形状里有文字：{list}。没有文字的形状不计算在内。',
    noBoxes: '没有找到里面有文字的封闭形状。没有文字的形状不计算在内。',
    noBoxesIn: '在{x}里没有找到里面有文字的封闭形状。没有文字的形状不计算在内。',
    written: '{phrase}写了 {times}：{list}。',
    beside: '{x}的{side}是{list}。',
    besideMany: '{x}的{side}，由近到远：{list}。',
    askew: '{x}的正{side}没有文字；那一侧最近的是：{list}。',
    nothingBeside: '{x}的{side}没有文字。',
    inside: '{x}里面有：{list}。',
    nothingInside: '{x}里面没有别的文字。',
    noInside: '没有找到{x}所指的封闭形状，所以无法说明它里面有什么。',
    inThird: '图的{side}三分之一处有：{list}。',
    nothingInThird: '图的{side}三分之一处没有文字。',
    between: '{x}和{y}之间有：{list}。',
    nothingBetween: '{x}和{y}之间没有文字。',
    noBetween: '{x}和{y}之间没有空间：它们重叠，或者一个在另一个里面。',
    aboutOne: '{phrase}写在 {count} 处；这里说的是{position}的那一处（问“另一个”可看下一处）。',
    more: '另外 {count} 处',
    notWritten: '图中没有写{phrase}，共读到 {lines} 行文字。',
    nearest: '最接近的文字是{list}。',
    writtenOnly: '图中没有用文字写出的内容，这个模型包无法判断。',
    nothingRead: '这张图里没有读到文字，而这个模型包只根据图中的文字回答。',
    whichIt: '不清楚指的是什么：请写出图中的文字，或用 @ 在问题里插入一个区域。',
    noOther: '没有另一个：上一轮只涉及一处。',
    noTurn: '之前没有涉及多处的回答。',
    forms:
      '这个模型包只根据图中写着的文字回答，不能回答这个问题。它可以回答：“X”在哪里；某个区域里写了什么；“X”出现了几次；有几个框或标签；“X”或某个区域的里面、左边、右边、上边、下边有什么；“X”和“Y”之间有什么；有没有“X”；列出所有文字；以及接着上一轮问（“它的下面呢”“另一个”）。',
    needsModel: '关于外观和含义的问题需要视觉语言模型。',
    stepRead: '读图：{lines} 行文字，{labels} 个标签。',
    stepNotUnderstood: '这个问题不属于这个模型包能理解的形式。',
    stepBefore: '“{it}”指上一轮所说的：{list}。',
    stepSame: '{phrase}就是文字{list}。',
    stepContained: '{phrase}是{list}的一部分。',
    stepSimilar: '{phrase}与{list}只差几个字母。',
    stepMissing: '把{phrase}与 {labels} 个标签比较：没有相同、包含或相近的。',
    stepShape: '沿{x}周围均匀的颜色找到封闭轮廓：{shape}，{box}。',
    stepSegmented: '{x}周围没有单色的封闭轮廓；分割模型找到{shape}，{box}。',
    stepNoShape: '{x}周围没有单色的封闭轮廓：它的位置就是文字的位置。',
    stepCompared: '把 {labels} 个标签与位置 {box} 比较：{count} 个在那一侧，其中 {facing} 个正对着。',
    stepInRegion: '取中心位于{x}（{box}）内的字：{count} 个标签或标签的一部分。',
    stepBetween: '查看两者相邻边缘之间的 {box}：{labels} 个标签中有 {count} 个的中心在那里。',
    stepOutlines: '为 {labels} 个标签各找封闭轮廓：共有 {count} 个不同的轮廓。',
    stepOccurrences: '把{phrase}与所有标签比较：{alone} 个相同，{within} 个包含它。',
    understood: '把问题理解为：{query}。',
    queryLocate: '{x}在哪里',
    queryExists: '是否写有{x}',
    queryRead: '{x}里写着什么',
    queryCount: '{x}写了几次',
    queryBoxes: '{x}里有几个带文字的封闭形状',
    queryLabels: '{x}里有几个标签',
    queryInside: '{x}里面写着什么',
    querySide: '{x}的{side}写着什么',
    queryBetween: '{x}和{y}之间写着什么',
    queryList: '所有文字',
    queryPick: '上一轮的另一处',
    it: '它',
    space: '',
    partRead: '（这张图很大，只读了其中一部分。）',
    copyRead: '（这张图很大，读的是缩小后的副本；放大后可以读小字。）',
    answering: '正在回答…',
    picture: '图',
  },
};

export const words: Readonly<Record<Language, Words>> = { en: english, zh: chinese };
