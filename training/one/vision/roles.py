"""What the parser's channels and the sampler's classes stand for. The pack's config.json carries these lists; their order is the order of the channels."""

BOX_ROLES = ('block', 'group', 'panel', 'snowflake', 'flame', 'image', 'formula', 'plot', 'x_axis', 'y_axis', 'legend', 'bar', 'heatmap', 'table')
"""Roles whose boxes the parser finds by their centres."""

SIZE_SETS = (0, 2, 3, 1, 1, 1, 1, 2, 1, 1, 1, 0, 0, 0)
"""Set of distances of each box role: parts that often share a centre (a plot and its panel, a block and the picture in it) need their own."""

TEXT_ROLES = ('label', 'text', 'title', 'panel_letter', 'axis_label', 'tick', 'legend_entry', 'cell', 'row_header', 'col_header', 'formula', 'none')
"""What a text is; `label` belongs to a block, group or image, `none` is no text at all."""

STROKES = ('arrow', 'curve', 'marker')
"""Kinds of ink of the `strokes` output."""

REGION_ROLES = ('block', 'group', 'panel', 'arrow', 'snowflake', 'flame', 'image', 'formula', 'text', 'title', 'panel_letter', 'plot', 'x_axis', 'y_axis',
                'axis_label', 'tick', 'legend', 'legend_entry', 'bar', 'curve', 'marker', 'heatmap', 'table', 'cell', 'row_header', 'col_header')
"""Roles of the parse (docs/figure-language.md), as the sampler names what a region shows."""

STATES = ('plain', 'frozen', 'trained')
"""Whether a block or group carries a snowflake, a flame, or neither."""

HUES = ('black', 'white', 'grey', 'red', 'orange', 'yellow', 'green', 'cyan', 'blue', 'purple', 'pink', 'brown')
"""Colour words."""

SETS = 1 + max(SIZE_SETS)
