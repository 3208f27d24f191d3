"""Captions, questions and answers about sounds (`synth/soundscape.py`)."""
from synth.soundscape import COUNTED, sample_soundscape
from synth.talk.text import LANGUAGES, Talk, number, pick

NAME = {'low_tone': 'a low tone', 'high_tone': 'a high tone', 'rise': 'a rising tone', 'fall': 'a falling tone', 'noise': 'hissing noise',
        'rumble': 'a rumble', 'chord': 'a chord', 'siren': 'a siren', 'bell': 'a bell', 'voice': 'a voice', 'slow_drum': 'a slow drum', 'fast_drum': 'a fast drum'}
NAME_ZH = {'low_tone': '低音', 'high_tone': '高音', 'rise': '上升的音', 'fall': '下降的音', 'noise': '嘶嘶声', 'rumble': '隆隆声', 'chord': '和弦',
           'siren': '警笛', 'bell': '铃声', 'voice': '人声', 'slow_drum': '慢鼓声', 'fast_drum': '快鼓声'}
COUNT_NAME = {'clicks': ('click', 'clicks', '咔嗒声'), 'beeps': ('beep', 'beeps', '哔声')}
NOUN = {'siren': ('siren', '警笛'), 'bell': ('bell', '铃声'), 'voice': ('voice', '人声'), 'chord': ('chord', '和弦'), 'rumble': ('rumble', '隆隆声')}
DESCRIBE = {'en': ('Describe this.', 'What do you hear?', 'Describe the sound.', 'What is this sound?', 'What is this?', 'What can be heard?', 'Give a caption.'),
            'zh': ('描述一下。', '你听到了什么？', '描述这段声音。', '这是什么声音？', '这是什么？', '能听见什么？', '写一句说明。')}


def name(event, language):
    """`three clicks`, 三声咔嗒."""
    if event.kind in COUNTED:
        one, many, zh = COUNT_NAME[event.kind]
        return number(event.count, language) + (f'下{zh}' if language == 'zh' else ' ' + (one if event.count == 1 else many))
    return (NAME_ZH if language == 'zh' else NAME)[event.kind]


def facts(event, place):
    return [(place, 'kind', event.kind)] + ([(place, 'count', event.count)] if event.count else [])


def caption(rng, scape, language):
    """`three clicks, then a rising tone.`"""
    text = {'en': ', then ', 'zh': '，然后是'}[language].join(name(e, language) for e in scape) or {'en': 'silence', 'zh': '安静'}[language]
    return Talk(pick(rng, DESCRIBE[language]), text + ('。' if language == 'zh' else '.'), 'caption', language,
                [('count', len(scape))] + [f for i, e in enumerate(scape) for f in facts(e, i)])


def ask_order(rng, scape, language):
    """What comes first or last."""
    if len(scape) < 2:
        return None
    last = int(rng.integers(2))
    q = ({'en': ('What comes last?', 'Which sound comes second?', 'What is heard at the end?'), 'zh': ('最后是什么声音？', '后面是什么声音？')} if last else
         {'en': ('What comes first?', 'Which sound is first?', 'What is heard at the beginning?'), 'zh': ('先是什么声音？', '一开始是什么声音？')})
    return Talk(pick(rng, q[language]), name(scape[last], language), 'order', language, facts(scape[last], last))


def ask_count(rng, scape, language):
    """How many clicks or beeps; a refusal where there are none."""
    kind = pick(rng, [e.kind for e in scape if e.kind in COUNTED] or list(COUNTED)) if rng.random() < .85 else pick(rng, list(COUNTED))
    _, many, zh = COUNT_NAME[kind]
    q = {'en': (f'How many {many} are there?', f'How many {many} do you hear?', f'Count the {many}.'), 'zh': (f'有几下{zh}？', f'数一数{zh}。')}[language]
    found = [e for e in scape if e.kind == kind]
    if not found:
        return Talk(pick(rng, q), f'there are no {many}.' if language == 'en' else f'没有{zh}。', 'refuse', language, [('absent', kind)])
    return Talk(pick(rng, q), number(found[0].count, language) + ('下' if language == 'zh' else ''), 'count', language, [found[0].count])


def ask_pitch(rng, scape, language):
    """Rising or falling, high or low."""
    tones = [e for e in scape if e.kind in ('rise', 'fall', 'low_tone', 'high_tone')]
    if len(tones) != 1:
        return None
    kind = tones[0].kind
    if kind in ('rise', 'fall'):
        q = {'en': ('Does the pitch rise or fall?', 'Is the tone rising or falling?'), 'zh': ('音调上升还是下降？', '音是升高还是降低？')}
        return Talk(pick(rng, q[language]), {'en': {'rise': 'it rises', 'fall': 'it falls'}, 'zh': {'rise': '上升', 'fall': '下降'}}[language][kind], 'pitch', language, [kind])
    q = {'en': ('Is the tone high or low?', 'How high is the tone?'), 'zh': ('音高还是低？', '音有多高？')}
    return Talk(pick(rng, q[language]), {'en': {'low_tone': 'low', 'high_tone': 'high'}, 'zh': {'low_tone': '低', 'high_tone': '高'}}[language][kind], 'pitch', language, [kind])


def ask_exists(rng, scape, language):
    kind = pick(rng, [e.kind for e in scape if e.kind in NOUN] or list(NOUN)) if rng.random() < .5 else pick(rng, list(NOUN))
    yes = any(e.kind == kind for e in scape)
    s, z = NOUN[kind]
    q = {'en': (f'Is there a {s}?', f'Do you hear a {s}?', f'Can a {s} be heard?'), 'zh': (f'有{z}吗？', f'能听见{z}吗？', f'有没有{z}？')}
    return Talk(pick(rng, q[language]), ('yes' if yes else 'no') if language == 'en' else ('有' if yes else '没有'), 'exists', language, [yes])


def ask_number(rng, scape, language):
    q = {'en': ('How many different sounds are there?', 'How many kinds of sound do you hear?'), 'zh': ('有几种声音？', '能听见几种不同的声音？')}
    n = len(scape)
    return Talk(pick(rng, q[language]), (number(n, language) + ('种' if language == 'zh' else '')) if n else {'en': 'none', 'zh': '没有'}[language], 'number', language, [n])


QUESTIONS = (ask_order, ask_order, ask_count, ask_count, ask_pitch, ask_exists, ask_number)


def talk(rng, scape, language, share=.45):
    """A caption (with probability `share`) or a question that the sound answers."""
    while True:
        made = caption(rng, scape, language) if rng.random() < share else pick(rng, QUESTIONS)(rng, scape, language)
        if made:
            return made


def examples(rng):
    """For the vocabulary: everything that can be said of one sampled sound."""
    scape = sample_soundscape(rng, bool(rng.integers(2)))
    for language in LANGUAGES:
        yield talk(rng, scape, language)
