"""Questions about a figure whose truth is known, in words of this file alone: nothing here comes from the grammar that training
uses, and nothing of it may go there.

    for query in queries(parse, both, rng, chinese): ...

A query is a dict: `kind`, `text`, perhaps `history` (the questions before; `before`: the program of the last), and what is right: `regions` (indices), `absent`, `answer`, `names` or `label` (the last two with
`asked`, the index of the region that the question points at).
"""
from collections import Counter

from one.program import Executor
from synth.words import Writer

EN = {
    'label': ['{x}', 'the {x} part', 'can you spot {x}', 'I need {x}', 'take me to {x}', 'so where did they put {x}?'],
    'cell': ['{r} / {c}', 'for {r}, the value under {c}', '{c} as reported for {r}', 'look up {c} in the line of {r}', 'the entry of {r} in column {c}'],
    'arrow': ['the link running from {x} to {y}', '{x} -> {y}, that arrow', 'which line joins {x} to {y}?', 'mark the connector that starts at {x} and ends at {y}'],
    'next': ['{x} passes its result on to what?', 'directly downstream of {x}', 'what is fed by {x}?', 'after {x}, what is next in line', 'who gets what {x} puts out'],
    'prev': ['what is directly upstream of {x}?', '{x} gets its input from where', 'what comes just before {x}', 'sources that lead into {x}'],
    'inside': ['what makes up {x}?', 'everything that sits within {x}', '{x} is built from which pieces', 'open up {x}: what is in there'],
    'two-hop': ['start at {x}, follow the arrows twice: where am I?', 'what is fed by the thing that {x} feeds', 'two steps on from {x}'],
    'frozen': ['parts whose weights stay put', 'which of these are not updated', 'boxes that carry a snowflake', 'what is kept fixed here?'],
    'trained': ['parts that are learned', 'boxes with a flame on them', 'what gets fine-tuned here?'],
    'entry': ['{x} in the key', 'the key line of {x}', "where does the legend list {x}?", "legend item {x}"],
    'series': ['what was drawn for {x}', 'the data of {x}', 'follow {x} through the chart', "{x}'s marks in the plot"],
    'read': ['what does the {role} say?', 'wording of the {role}', 'read the {role} to me'],
    'count': ['how many {roles}?', 'number of {roles} in the picture', 'I want to know how many {roles} were drawn'],
    'linked': ['is {x} wired straight to {y}?', 'does any arrow lead from {x} to {y}'],
    'written': ['what does it say in [1]', '[1] reads?', 'the text of [1] please'],
    'which': ['[1]: {x} or {y}?', 'is [1] {x}, or rather {y}?', 'which one is [1], {x} or {y}'],
    'start': ['where does it all begin?', 'what takes the raw input?'],
    'end': ['where does it all end up?', 'what comes out last?'],
    'meaning': ['where can I see which colour stands for what?', 'I cannot tell the lines apart: what explains them?'],
    'unit': ['what do the numbers going up the side measure?'],
    'best': ['I care about {c} most, and more is better. Which number do I want?', 'who wins on {c}? show the number'],
    'tallest': ['which one sticks out the most?', 'the record among the bars'],
    'then': ['and from there?', 'what does that one feed?', 'ok, and after it?'],
    'count those': ['how many is that?', 'and how many are they?'],
}
ZH = {
    'label': ['{x}', '找找{x}', '我要看{x}', '{x}画在哪儿', '帮忙圈出{x}'],
    'cell': ['{r}的{c}', '{r}在{c}上得了多少', '{c}这项，{r}是几', '查一下{r}对应的{c}'],
    'arrow': ['{x}连到{y}的那条线', '由{x}出发到{y}的箭头', '圈出{x}和{y}之间的连线（从前者到后者）'],
    'next': ['{x}的结果交给谁', '紧跟在{x}后头的', '{x}算完以后去哪', '谁接收{x}的输出'],
    'prev': ['{x}的上游是什么', '谁把东西传给{x}', '紧挨在{x}前头的'],
    'inside': ['{x}由哪些部分组成', '{x}里头有哪些', '拆开{x}看看都有啥'],
    'two-hop': ['从{x}顺着箭头走两步到哪', '{x}的下游的下游'],
    'frozen': ['参数固定不动的部分', '有雪花标记的框', '哪些是不训练的'],
    'trained': ['要学习参数的部分', '带火苗的框', '哪些是要训的'],
    'entry': ['图例里写着{x}的那一项', '{x}的图例项'],
    'series': ['{x}对应画的是哪个', '把{x}的数据标出来', '图中代表{x}的部分'],
    'read': ['{role}写了什么', '念一下{role}'],
    'count': ['有几个{roles}', '数一数{roles}'],
    'linked': ['{x}有没有直接连到{y}', '有箭头从{x}指向{y}吗'],
    'written': ['[1]上面写着什么', '念一下[1]的字'],
    'which': ['[1]是{x}还是{y}', '{x}和{y}，[1]是哪一个'],
    'start': ['整个流程从哪里开始？', '最先拿到输入的是谁？'],
    'end': ['流程最后落到哪里？', '最终得到的是什么？'],
    'meaning': ['各种颜色代表什么，该看哪里？'],
    'unit': ['竖着的刻度量的是什么？'],
    'best': ['我最看重{c}，越高越好，该看哪个数？'],
    'tallest': ['哪一根最突出？'],
    'then': ['接下来呢', '它再传给谁', '那它后头呢'],
    'count those': ['总共几个', '这有多少个'],
}
ROLES = {
    'legend': ('the key of the colours', 'legend box', '颜色说明', '图例框'), 'plot': ('the area the data is drawn in', 'the plot itself', '画数据的区域', '绘图区'),
    'x_axis': ('the horizontal axis', 'x-axis', '水平坐标轴', 'x轴'), 'y_axis': ('the vertical axis', 'y-axis', '竖直坐标轴', 'y轴'),
    'title': ('the heading', 'title of the figure', '图的标题', '大标题'), 'table': ('the table', 'the whole table please', '整张表', '表格'),
    'formula': ('the maths', 'any equation', '数学式子', '公式'), 'heatmap': ('the heat map', 'the colour-coded grid', '热力图', '用颜色表示数值的网格'),
    'image': ('the photo in it', 'the embedded picture', '里面的图片', '嵌入的图像'), 'group': ('the frame around several boxes', 'the enclosing frame', '框住几个模块的大框', '外框'),
    'curve': ('the lines in the plot', 'curves', '曲线', '画出来的线'), 'bar': ('the bars', 'all of the columns', '柱子', '条形'),
    'snowflake': ('the snowflake symbols', 'snowflakes', '雪花标记', '雪花'), 'arrow': ('the arrows', 'arrows, all of them', '所有箭头', '箭头'),
    'panel': ('the sub-figures', 'every panel', '各个子图', '子图'), 'marker': ('the dots', 'scattered points', '散点', '圆点'),
}
ONE = ('legend', 'plot', 'x_axis', 'y_axis', 'title', 'table', 'formula', 'heatmap', 'image', 'group')
COUNTED = {'block': ('boxes', '方框'), 'bar': ('bars', '柱子'), 'curve': ('curves', '曲线'), 'panel': ('panels', '子图'), 'arrow': ('arrows', '箭头'),
           'legend_entry': ('entries in the legend', '图例项'), 'snowflake': ('snowflakes', '雪花'), 'row_header': ('rows with a name', '有名字的行')}
READABLE = {'title': ('heading', '标题')}
NODES = ('block', 'group', 'image', 'text', 'formula')
CATEGORY = ('legend', 'table', 'heatmap', 'formula', 'snowflake', 'panel', 'marker', 'bar')


def plain(text):
    return ''.join(c for c in (text or '').lower() if c.isalnum())


class Asker:
    """All questions that can be asked of one parse. `both`: indices of arrows with two heads, which no question is about."""

    def __init__(self, parse, both, rng, chinese, split='test'):
        self.run, self.rs, self.both, self.rng, self.chinese = Executor(parse), parse.regions, both, rng, chinese
        self.words = ZH if chinese else EN
        self.writer = Writer(rng, split, chinese)
        texts = Counter(plain(r.text) for r in self.rs if r.text)
        # A name is fit to be asked for when it is written once and stands in no other text.
        self.named = [i for i, r in enumerate(self.rs) if len(plain(r.text)) > 1 and texts[plain(r.text)] == 1
                      and sum(plain(r.text) in t for t in texts) == 1 and not plain(r.text).isdigit()]
        self.blocks = [i for i in self.named if self.rs[i].role == 'block']
        self.arrows_known = not both

    def name(self, i):
        return self.rs[i].text

    def say(self, kind, **parts):
        return self.rng.choice(self.words[kind]).format(**parts)

    def role_words(self, role):
        return self.rng.choice(ROLES[role][2:] if self.chinese else ROLES[role][:2])

    def all(self):
        """kind → queries."""
        made = {}
        for query in (*self.plain_ones(), *self.links(), *self.states(), *self.charts(), *self.cells(), *self.implicit(), *self.absent(), *self.saying(),
                      *self.pointing()):
            made.setdefault(query['kind'], []).append(query)
        return made

    def plain_ones(self):
        for i in self.named:
            if self.rs[i].role in ('block', 'group', 'text', 'title', 'axis_label', 'row_header', 'col_header'):
                labels = self.rs[i].role == 'text' and self.rs[i].owner is not None
                if not labels:
                    yield dict(kind='label', text=self.say('label', x=self.name(i)), regions=[i])
        for role in ROLES:
            found = self.run.op_ALL(role)
            if found and (len(found) == 1 or role not in ONE) and len(found) <= 6:
                yield dict(kind='role', text=self.role_words(role), regions=found)

    def links(self):
        if not self.arrows_known:
            return
        for i in self.blocks:
            x = self.name(i)
            for kind, op in (('next', self.run.op_NEXT), ('prev', self.run.op_PREV)):
                found = op([i])
                if found and i not in found:
                    yield dict(kind=kind, text=self.say(kind, x=x), regions=found)
                    if kind == 'next':
                        yield dict(kind='turn', history=[self.say('label', x=x)], before=['SHOW', 'REF', f'@{i}'], text=self.say('then'), regions=found)
            near = self.run.op_NEXT([i])
            far = self.run.op_NEXT(near) if near else []
            if far and i not in far and len(far) <= 2:
                yield dict(kind='two-hop', text=self.say('two-hop', x=x), regions=far)
        for i, r in enumerate(self.rs):
            if r.role == 'arrow' and r.tail in self.blocks and r.head in self.blocks and len(self.run.op_ARROW([r.tail], [r.head])) == 1:
                yield dict(kind='arrow', text=self.say('arrow', x=self.name(r.tail), y=self.name(r.head)), regions=[i])
        for i in self.named:
            if self.rs[i].role == 'group':
                found = self.run.op_INSIDE([i])
                # What labels an arrow is no part that anybody would name.
                if found and all(self.rs[j].role in NODES and self.rs[j].owner is None for j in found):
                    yield dict(kind='inside', text=self.say('inside', x=self.name(i)), regions=found)

    def states(self):
        blocks = self.run.op_ALL('block')
        for kind, op in (('frozen', self.run.op_FROZEN), ('trained', self.run.op_TRAINED)):
            found = op(blocks)
            inherited = any(not any(r.owner == i and r.role in ('snowflake', 'flame') for r in self.rs) for i in found)
            if found and not inherited:
                words = self.say(kind)
                yield dict(kind='frozen', text=words, regions=found)
                yield dict(kind='turn', history=[words], before=['SHOW', 'FROZEN' if kind == 'frozen' else 'TRAINED', 'ALL', 'block'], text=self.say('count those'),
                           answer=dict(count=len(found)))

    def charts(self):
        for i in self.named:
            if self.rs[i].role == 'legend_entry':
                yield dict(kind='entry', text=self.say('entry', x=self.name(i)), regions=[i])
                found = self.run.op_SERIES([i])
                if found:
                    yield dict(kind='series', text=self.say('series', x=self.name(i)), regions=found)

    def cells(self):
        rows = [i for i in self.named if self.rs[i].role == 'row_header']
        cols = [i for i in self.named if self.rs[i].role == 'col_header']
        tables = {self.rs[i].parent for i in rows + cols}
        if len(tables) == 1:
            for r in rows:
                for c in cols:
                    found = self.run.op_CELL([r], [c])
                    if len(found) == 1:
                        yield dict(kind='cell', text=self.say('cell', r=self.name(r), c=self.name(c)), regions=found)

    def implicit(self):
        nodes = [i for i, r in enumerate(self.rs) if r.role in ('block', 'image')]
        if self.arrows_known and nodes and self.run.op_ALL('arrow') and not self.run.op_ALL('panel'):
            ends = {'start': [i for i in nodes if self.run.op_NEXT([i]) and not self.run.op_PREV([i])],
                    'end': [i for i in nodes if self.run.op_PREV([i]) and not self.run.op_NEXT([i])]}
            for kind, found in ends.items():
                free = [j for j, r in enumerate(self.rs) if r.role in ('text', 'formula', 'group') and r.owner is None
                        and (self.run.op_NEXT([j]) or self.run.op_PREV([j]))]
                if len(found) == 1 and not free:
                    yield dict(kind='implicit', text=self.say(kind), regions=found)
        legends = self.run.op_ALL('legend')
        if len(legends) == 1:
            yield dict(kind='implicit', text=self.say('meaning'), regions=legends)
        axes = self.run.op_ALL('y_axis')
        if len(axes) == 1:
            found = self.run.op_PART('axis_label', axes)
            if len(found) == 1:
                yield dict(kind='implicit', text=self.say('unit'), regions=found)
        for c in self.named:
            if self.rs[c].role == 'col_header' and '↓' not in self.name(c):
                cells = self.run.op_COL([c])
                values = [self.rs[i].value for i in cells]
                if cells and None not in values and values.count(max(values)) == 1:
                    yield dict(kind='implicit', text=self.say('best', c=self.name(c)), regions=[cells[values.index(max(values))]])
        bars = [i for i in self.run.op_ALL('bar') if self.rs[i].value is not None]
        values = [self.rs[i].value for i in bars]
        if len(bars) > 2 and values.count(max(values)) == 1 and len(self.run.op_ALL('plot')) == 1:
            yield dict(kind='implicit', text=self.say('tallest'), regions=[bars[values.index(max(values))]])

    def absent(self):
        texts = [plain(r.text) for r in self.rs if r.text]
        there = lambda words: any(plain(words) in t or t in plain(words) for t in texts if len(t) > 1)
        for i in self.rng.sample(self.blocks, min(3, len(self.blocks))):
            name = self.name(i)
            other = self.other_word(name)
            if other and not there(other):
                yield dict(kind='look-alike', text=self.say('label', x=other), absent=True)
        for _ in range(2):
            words = self.writer.part()
            if not there(words):
                yield dict(kind='absent', text=self.say('label', x=words), absent=True)
        for role in self.rng.sample(CATEGORY, 3):
            if not self.run.op_ALL(role) and not (role == 'panel' or role == 'table' and self.run.op_ALL('cell')):
                yield dict(kind='absent', text=self.role_words(role), absent=True)

    def other_word(self, name):
        """A name that differs in one word (Chinese: in its last two characters)."""
        if '一' <= name[-1] <= '鿿':
            ends = [n for n in self.writer.words.chinese_nouns if len(n) >= 2 and n[-2:] != name[-2:]]
            return name[:-2] + self.rng.choice(ends)[-2:] if len(name) > 3 and '一' <= name[-2] <= '鿿' and ends else None
        words = name.split()
        if len(words) < 2 or not words[-1].isalpha():
            return None
        other = self.rng.choice([n for n in self.writer.words.nouns if n.lower() != words[-1].lower()])
        return ' '.join(words[:-1] + [other if words[-1][0].isupper() else other.lower()])

    def saying(self):
        for role, (english, chinese) in READABLE.items():
            found = self.run.op_ALL(role)
            if len(found) == 1 and self.name(found[0]):
                yield dict(kind='read', text=self.say('read', role=chinese if self.chinese else english), answer=dict(text=self.name(found[0])))
        for role, (english, chinese) in COUNTED.items():
            found = self.run.op_ALL(role)
            if 1 < len(found) <= 9:
                yield dict(kind='count', text=self.say('count', roles=chinese if self.chinese else english), answer=dict(count=len(found)))
        if self.arrows_known and len(self.blocks) > 2 and self.run.op_ALL('arrow'):
            for yes in (True, False):
                pairs = [(i, j) for i in self.blocks for j in self.blocks if i != j and bool(self.run.op_ARROW([i], [j])) == yes]
                if pairs:
                    i, j = self.rng.choice(pairs)
                    yield dict(kind='yes-no', text=self.say('linked', x=self.name(i), y=self.name(j)), answer=dict(yes=yes))

    def pointing(self):
        for i in self.blocks:
            yield dict(kind='label text', text=self.say('written'), label=self.name(i), asked=i)
        if len(self.blocks) > 1:
            for _ in range(2):
                i, j = self.rng.sample(self.blocks, 2)
                x, y = self.rng.sample([self.name(i), self.name(j)], 2)
                yield dict(kind='refer', text=self.say('which', x=x, y=y), names=dict(right=self.name(i), wrong=self.name(j)), asked=i)


def queries(parse, both, rng, chinese, split='test'):
    """kind → queries of a figure."""
    return Asker(parse, both, rng, chinese, split).all()
