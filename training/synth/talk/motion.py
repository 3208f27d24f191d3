"""Captions, questions and answers about motions (`synth/activity.py`)."""
from synth.activity import COUNTED, sample_activity
from synth.talk.text import LANGUAGES, Talk, number, pick

VERB = {'still': 'stands still', 'run': 'runs', 'turn_left': 'turns left', 'turn_right': 'turns right', 'fall': 'falls', 'shake': 'shakes it', 'drive': 'drives over bumps'}
VERB_ZH = {'still': '静止', 'run': '跑步', 'turn_left': '向左转', 'turn_right': '向右转', 'fall': '跌倒', 'shake': '摇晃', 'drive': '在颠簸的路上行驶'}
NOUN = {'walk': ('walking', '走路'), 'run': ('running', '跑步'), 'jump': ('jumping', '跳跃'), 'fall': ('falling', '跌倒'), 'shake': ('shaking', '摇晃'), 'drive': ('driving', '行驶')}
DESCRIBE = {'en': ('Describe this.', 'What happens?', 'Describe the motion.', 'What is this person doing?', 'What is this?', 'Which motion is this?', 'Give a caption.'),
            'zh': ('描述一下。', '发生了什么？', '描述这个动作。', '这个人在做什么？', '这是什么？', '这是什么动作？', '写一句说明。')}


def verb(act, language):
    """`walks four steps`, 走了四步."""
    if act.kind in COUNTED:
        n = number(act.count, language)
        if language == 'zh':
            return {'walk': f'走了{n}步', 'jump': f'跳了{n}下'}[act.kind]
        return {'walk': f'walks {n} step' + 's' * (act.count > 1), 'jump': 'jumps once' if act.count == 1 else f'jumps {n} times'}[act.kind]
    return (VERB_ZH if language == 'zh' else VERB)[act.kind]


def facts(act, place):
    return [(place, 'kind', act.kind)] + ([(place, 'count', act.count)] if act.kind in COUNTED else [])


def caption(rng, acts, language):
    """`someone walks four steps, then turns left.`"""
    text = {'en': ', then ', 'zh': '，然后'}[language].join(verb(a, language) for a in acts)
    return Talk(pick(rng, DESCRIBE[language]), ('someone ' if language == 'en' else '有人') + text + ('。' if language == 'zh' else '.'), 'caption', language,
                [('count', len(acts))] + [f for i, a in enumerate(acts) for f in facts(a, i)])


def ask_order(rng, acts, language):
    if len(acts) < 2:
        return None
    last = int(rng.integers(2))
    q = ({'en': ('What happens last?', 'What comes second?', 'What is done at the end?'), 'zh': ('最后做了什么？', '后来怎么样？')} if last else
         {'en': ('What happens first?', 'What comes first?', 'What is done at the beginning?'), 'zh': ('先做了什么？', '一开始怎么样？')})
    return Talk(pick(rng, q[language]), ('someone ' if language == 'en' else '有人') + verb(acts[last], language), 'order', language, facts(acts[last], last))


def ask_count(rng, acts, language):
    """How many steps or jumps; a refusal where there are none."""
    kind = pick(rng, [a.kind for a in acts if a.kind in COUNTED] or COUNTED) if rng.random() < .85 else pick(rng, COUNTED)
    q = {'walk': {'en': ('How many steps are there?', 'How many steps does the person walk?', 'Count the steps.'), 'zh': ('走了几步？', '数一数走路的步数。')},
         'jump': {'en': ('How many jumps are there?', 'How many times does the person jump?', 'Count the jumps.'), 'zh': ('跳了几下？', '数一数跳跃的次数。')}}[kind][language]
    found = [a for a in acts if a.kind == kind]
    if not found:
        return Talk(pick(rng, q), {'en': {'walk': 'nobody walks.', 'jump': 'nobody jumps.'}, 'zh': {'walk': '没有人走路。', 'jump': '没有人跳跃。'}}[language][kind],
                    'refuse', language, [('absent', kind)])
    return Talk(pick(rng, q), number(found[0].count, language) + ('' if language == 'en' else {'walk': '步', 'jump': '下'}[kind]), 'count', language, [found[0].count])


def ask_turn(rng, acts, language):
    turns = [a.kind for a in acts if a.kind.startswith('turn')]
    if len(turns) != 1:
        return None
    q = {'en': ('Which way does the person turn?', 'Is it a turn to the left or to the right?', 'Left or right?'), 'zh': ('向哪边转？', '是左转还是右转？')}
    return Talk(pick(rng, q[language]), {'en': {'turn_left': 'left', 'turn_right': 'right'}, 'zh': {'turn_left': '左', 'turn_right': '右'}}[language][turns[0]], 'turn', language, turns)


def ask_exists(rng, acts, language):
    kind = pick(rng, [a.kind for a in acts if a.kind in NOUN] or list(NOUN)) if rng.random() < .5 else pick(rng, list(NOUN))
    yes = any(a.kind == kind for a in acts)
    s, z = NOUN[kind]
    q = {'en': (f'Is anybody {s}?', f'Is there {s}?', f'Is this {s}?'), 'zh': (f'有人{z}吗？', f'有没有{z}？', f'这是{z}吗？')}
    return Talk(pick(rng, q[language]), ('yes' if yes else 'no') if language == 'en' else ('有' if yes else '没有'), 'exists', language, [yes])


QUESTIONS = (ask_order, ask_order, ask_count, ask_count, ask_turn, ask_exists)


def talk(rng, acts, language, share=.45):
    """A caption (with probability `share`) or a question that the motion answers."""
    while True:
        made = caption(rng, acts, language) if rng.random() < share else pick(rng, QUESTIONS)(rng, acts, language)
        if made:
            return made


def examples(rng):
    """For the vocabulary: everything that can be said of one sampled motion."""
    acts = sample_activity(rng, bool(rng.integers(2)))
    for language in LANGUAGES:
        yield talk(rng, acts, language)
