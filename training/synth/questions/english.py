"""English phrasings. Lists named `np_OP` are noun phrases for an operator, `q_OP` questions that ask for its regions directly, `root_R` frames
around a noun phrase {x} (and {y}); `role_R` and `roles_R` nouns for a role."""

LISTS = dict(
    role_block='(block|module|box|component|node|rectangle|unit)', roles_block='(blocks|modules|boxes|components|nodes|rectangles|units|parts)',
    role_group='(group|frame|dashed box|outer box|container|enclosing frame)', roles_group='(groups|frames|dashed boxes|outer boxes|containers)',
    role_panel='(panel|subfigure|sub-figure|subplot)', roles_panel='(panels|subfigures|sub-figures|subplots|sub-plots)',
    role_arrow='(arrow|connection|link|edge|connector)', roles_arrow='(arrows|connections|links|edges|connectors)',
    role_snowflake='(snowflake|snowflake icon|snowflake symbol|frozen icon|ice crystal)', roles_snowflake='(snowflakes|snowflake icons|snowflake symbols|frozen icons|frozen marks)',
    role_flame='(flame|flame icon|fire icon|fire symbol|fire)', roles_flame='(flames|flame icons|fire icons|fire symbols|fires)',
    role_image='(image|picture|photo|thumbnail|picture in the figure)', roles_image='(images|pictures|photos|thumbnails|example images)',
    role_formula='(formula|equation|expression|loss formula|math)', roles_formula='(formulas|equations|formulae|expressions|mathematical expressions)',
    role_text='(text|label|caption|piece of text|free text)', roles_text='(texts|labels|text labels|annotations|words)',
    role_title='(title|heading|headline)', roles_title='(titles|headings|headlines)',
    role_panel_letter='(panel letter|letter of the panel|panel label)', roles_panel_letter='(panel letters|letters of the panels|panel labels)',
    role_plot='(plot|chart|graph|plot area|diagram area|plotting area)', roles_plot='(plots|charts|graphs|plot areas)',
    role_x_axis='(x axis|x-axis|horizontal axis|bottom axis|abscissa)', roles_x_axis='(x axes|x-axes|horizontal axes)',
    role_y_axis='(y axis|y-axis|vertical axis|ordinate|left axis)', roles_y_axis='(y axes|y-axes|vertical axes)',
    role_axis_label='(axis label|axis title|label of the axis|axis name)', roles_axis_label='(axis labels|axis titles|axis names|labels of the axes)',
    role_tick='(tick|tick label|tick mark|axis number)', roles_tick='(ticks|tick labels|tick marks|axis ticks)',
    role_legend='(legend|key|legend box|colour key)', roles_legend='(legends|keys|legend boxes)',
    role_legend_entry='(legend entry|entry of the legend|legend item|entry in the key)', roles_legend_entry='(legend entries|entries of the legend|legend items|entries in the key|methods in the legend|series in the legend)',
    role_bar='(bar|column of the bar chart|bar in the chart)', roles_bar='(bars|bars of the chart|bars in the plot)',
    role_curve='(curve|line|line in the plot|graph line|plotted line)', roles_curve='(curves|lines|lines in the plot|plotted lines|graph lines)',
    role_marker='(set of dots|point cloud|series of dots|markers|scatter points)', roles_marker='(dots|markers|points|scatter points|data points)',
    role_heatmap='(heat map|heatmap|matrix plot|colour map|confusion matrix)', roles_heatmap='(heat maps|heatmaps|matrix plots)',
    role_table='(table|results table|tabular)', roles_table='(tables|results tables)',
    role_cell='(cell|table cell|entry of the table|number)', roles_cell='(cells|table cells|entries of the table|numbers in the table|values in the table)',
    role_row_header='(row header|row name|row label)', roles_row_header='(row headers|row names|row labels|methods in the table)',
    role_col_header='(column header|column name|column label|column title)', roles_col_header='(column headers|column names|column labels|column titles)',

    thing='(block|module|part|component|box|step|thing|element|node|piece)', things='(blocks|modules|parts|components|boxes|steps|things|elements|nodes|pieces)',
    figure='(figure|diagram|picture|image|chart|graphic|illustration)',
    here='( in (this|the) @figure| here| in the figure| shown here| of this figure||||)',
    straight='(right |directly |immediately |straight |just |||||)',

    # References by label.
    np_REF="""
{t}
{t}
the {t}
the {t}
{q}
the {t} {role}
the {role} {t}
the {role} (labelled|labeled|named|called|titled|marked|with the label|with the text|that says|that reads|saying|reading|that is called|which says) {q}
the {t} (part|one|thing|element)
the (part|thing|element|one) (labelled|named|called|that says|marked) {q}
(this|that) {t} {role}
the one (with|saying|that has) {q} (on it|in it|written on it|)
""",
    np_IT="""
it
it
that
this
them
this one
that one
(that|this) (part|block|module|thing|element|one|box|component|region)
the (same|last|previous) (one|part|thing|block)
those
(what|the thing|the part) (you just showed|we just saw|was just mentioned|you found|you mentioned)
the (above|aforementioned) (part|one)
the thing (from|in) (your|the) (last|previous) answer
""",
    np_CHIP="""
[{n}]
[{n}]
region [{n}]
region {n}
(this|the) region [{n}]
(my|the) (marked|selected|drawn|highlighted) (region|area|part|box) [{n}]
(the thing|what is|whatever is) (in|inside|at) [{n}]
what I (marked|selected|drew|circled|clicked)( on|) [{n}]
the (part|area|spot|place) (marked|at|in) [{n}]
""",
    np_CHIP_only="""
this
this region
the (region|area|part|place|spot) (that |)I (marked|selected|drew|circled|clicked|pointed at|outlined)
the (marked|selected|highlighted|circled|outlined) (region|area|part|box|thing)
my (region|selection|box|mark)
here
this (part|area|box|thing|one)
""",
    # Roles.
    np_ALL="""
(the|all|all the|every one of the|any) {ns}
{ns}
the {ns}
the {ns}@here
(every|each) {n}
all (of |)the {ns}@here
(all|the) {ns} (that you can find|there are|that there are|in it|that are drawn|that you see)
""",
    np_ALL_one="""
the {n}
the {n}
the {n}
the {n}@here
the (only|whole|entire) {n}
a {n}
where the {n} is
""",
    np_PART="""
the {ns} (in|of|inside|within|belonging to|that belong to|on|from) {x}
{ns} (in|of|inside) {x}
(all|every one of the|all of the) {ns} (in|of|inside|within|that lie in|contained in|found in|that are part of) {x}
{x}'s {ns}
the {ns} {x} (has|contains|includes|holds)
""",
    np_PART_one="""
the {n} (in|of|inside|within|belonging to|on|from) {x}
the {n} (in|of) {x}
{x}'s {n}
the {n} that (belongs to|is in|goes with|lies in|comes with) {x}
""",
    # Arrows.
    np_NEXT="""
the @thing @straight(after|following|behind|downstream of|that follows|that comes after|succeeding) {x}
what (comes|follows|goes|is|happens) (right |next |directly |)after {x}
(what|whatever) follows {x}
the (successor|successors|next step|next block|next stage|output|target|continuation) of {x}
what {x} (feeds|feeds into|leads to|points to|points at|connects to|goes into|flows into|passes its output to|sends its output to|outputs to|goes to|is fed into|is connected to|gives its result to)
where the (arrow|arrows|output|result|path) (from|of|leaving|out of) {x} (goes|leads|points|ends|arrives)
the (receiver|recipient|consumer|destination|target) of (the output of |what comes out of |)(the arrow from |){x}
the @thing (that|which) (receives|takes|gets|uses|consumes|is fed by|is fed with|reads) (the output of|the output from|input from|the result of|data from|what comes from) {x}
the @thing {x} (points|leads|goes|connects|sends) to
the next @thing (after|from) {x}
the @things (fed|driven|reached) by {x}
""",
    np_PREV="""
the @thing @straight(before|preceding|ahead of|in front of|upstream of|that comes before|prior to|leading to|leading into|feeding) {x}
what (comes|goes|is|happens) (right |directly |)before {x}
(what|whatever) (feeds|feeds into|leads to|leads into|points to|points at|goes into|flows into|enters|is passed to|is fed to|is the input of) {x}
the (predecessor|predecessors|previous step|preceding block|input|inputs|source|sources) of {x}
what {x} (receives|takes|takes in|gets|reads|gets as input|takes as input|is fed with|is fed by|depends on|uses as input|consumes)
where (the input of {x} comes from|{x} gets its input from|the arrow into {x} starts|the arrow to {x} comes from)
the @thing (that|which) (sends|gives|passes|provides|supplies) (its output|data|input|something|its result) to {x}
the @thing whose (output|arrow|result) (goes|leads|is passed|flows) (to|into) {x}
the @things (connected|pointing|leading) (in|)to {x}
the (input|inputs) (to|into|for) {x}
""",
    q_NEXT="""
what (comes|follows|happens|is|goes) (next |directly |right |immediately |)after {x}@here?
what follows {x}?
what (is|are) the (next step|next block|next steps|successor|successors|output|target|next module) (of|after) {x}?
(where|what) does {x} (lead to|point to|go|go to|feed into|feed|flow into|connect to|send its output|send its output to|output to|pass its output to|pass its result to|end up|give its output to)@here?
where (does|do) the (arrow|arrows|output|result|line|data) (from|of|leaving|coming out of|out of) {x} (go|lead|point|end|go to|lead to|point to|arrive|end up)?
which @thing (comes|follows|is|goes) (@straight)after {x}?
which @things (come|follow|are) (@straight)after {x}?
(what|which @thing|who) (receives|gets|takes|uses|consumes|reads|processes) (the output of|the output from|input from|the result of|data from|what comes out of) {x}?
after {x}, (what is next|what comes|where do we go|what happens|what follows|which @thing is next)?
{x} is (followed by|connected to|fed into|passed to|given to) (what|which @thing)?
to (what|which @thing|where) (is|does) {x} (connected|point|lead|send its output)?
(following|leaving|from) {x}, where (do|does) (we|the data|the signal|one) (go|end up|get to)?
once {x} is done, what (comes|is) next?
what is {x} (connected to|passed to|fed into|sent to|forwarded to|followed by)?
what (uses|depends on|builds on) {x}?
""",
    q_PREV="""
what (comes|goes|is|happens) (directly |right |immediately |)before {x}@here?
what precedes {x}?
what (is|are) the (previous step|predecessor|predecessors|input|inputs|source|sources|preceding block) (of|to|for) {x}?
(what|which @thing) (feeds|feeds into|leads to|points to|goes into|flows into|enters|sends to|is fed to|is passed to|provides input to|supplies|gives input to|is connected into) {x}@here?
what does {x} (receive|take|take in|get|read|get as input|take as input|use as input|depend on|consume|need)?
where does (the input of {x}|the input to {x}|{x}'s input|the arrow into {x}|the data for {x}) (come from|originate|start|come|stem from)?
where does {x} (get its input|get its input from|come from|receive its data from|take its input from|get its data)?
which @thing (comes|is|goes|precedes|stands) @straight(before|ahead of|in front of) {x}?
which @things (come|are|go) (@straight)before {x}?
before {x}, (what is there|what comes|what happens|which @thing comes)?
from (what|where|which @thing) does {x} (get its input|come|receive data|receive its input)?
who (sends|gives|passes|provides) (data|input|something|its output) to {x}?
{x} (gets|receives|takes) its input from (what|where|which @thing)?
on what does {x} depend?
the output of which @thing (goes|is passed|flows) (to|into) {x}?
""",
    np_OUT="""
the (arrow|arrows|connection|connections|link|links|edges) (from|leaving|out of|coming out of|starting at|that leave|that start at|going out of|that start in) {x}
(all |)(outgoing|outbound) (arrows|connections|edges|links) of {x}
{x}'s (outgoing|output) (arrow|arrows|connections|edges)
the (arrow|arrows) that {x} sends out
the (arrow|arrows) beginning (at|in) {x}
""",
    np_IN="""
the (arrow|arrows|connection|connections|link|links|edges) (to|into|entering|reaching|ending at|that enter|that end at|that point to|pointing to|pointing at|going into|that arrive at|arriving at) {x}
(all |)(incoming|inbound) (arrows|connections|edges|links) of {x}
{x}'s (incoming|input) (arrow|arrows|connections|edges)
the (arrow|arrows) that (reach|reaches|hit|end in|ends in|lead to|leads to) {x}
the (arrow|arrows) whose head is (at|in|on) {x}
""",
    q_OUT="""
which (arrow|arrows) (leave|leaves|start at|starts at|come out of|comes out of|go out of|begin at) {x}?
what (arrow|arrows|connections) (does|do) {x} have going out?
where are the outgoing arrows of {x}?
which (connections|edges|links) go (out of|away from) {x}?
""",
    q_IN="""
which (arrow|arrows) (enter|enters|reach|reaches|end at|ends at|point to|points to|go into|goes into|arrive at|lead to) {x}?
what (arrow|arrows|connections) (does|do) {x} have coming in?
where are the incoming arrows of {x}?
which (connections|edges|links) (come|go) into {x}?
""",
    np_ARROW="""
the (arrow|connection|link|edge|line|connector|path) (from|that goes from|going from|leading from|that leads from|which goes from) {x} to {y}
the (arrow|connection|link|edge|line) (between|that connects|connecting|linking|that links|joining) {x} (and|with|to) {y}
{x} to {y} (arrow|connection|link)
the (arrow|line) with which {x} points to {y}
the (arrow|connection) (starting|that starts|beginning) (at|in) {x} and (ending|that ends|arriving) (at|in) {y}
(how|where) {x} (connects|is connected|is linked) to {y}
the {x} -> {y} (arrow|edge|link|connection)
""",
    q_ARROW="""
which (arrow|connection|link|line|edge) (goes|leads|runs|points) from {x} to {y}?
which (arrow|connection|link|line|edge) (connects|links|joins) {x} (and|with|to) {y}?
where does {x} (connect|point|link|lead) to {y}?
where is {x} (connected|linked|joined) (to|with) {y}?
from {x} to {y}: which (arrow|line) is it?
by which (arrow|connection) does {x} (reach|feed) {y}?
""",
    # Containment and belonging.
    np_INSIDE="""
(what|everything|all|everything that|whatever) is (in|inside|within|contained in|enclosed by|part of) {x}
the @things (in|inside|within|contained in|enclosed by|enclosed in|that make up|that are in|that belong to|inside of) {x}
the (contents|content|inside|parts|inner parts|components|constituents|insides|ingredients) of {x}
everything (in|inside|within|that belongs to) {x}
what {x} (contains|consists of|includes|is made of|is composed of|encloses|holds|comprises)
the (parts|modules|steps|components) {x} (contains|consists of|is made of|has)
""",
    q_INSIDE="""
what is (in|inside|within|contained in|part of|enclosed by) {x}@here?
what does {x} (contain|consist of|include|comprise|hold|have inside|enclose|have in it)?
what is {x} (made of|made up of|composed of|built from|comprised of)?
which @things (are|lie|sit) (in|inside|within|part of|contained in|enclosed by) {x}?
which @things (make up|form|constitute|belong to|does {x} contain|does {x} consist of) {x}?
of what does {x} consist?
what (lies|sits|is found|do you see|is drawn|can be found) (in|inside|within) {x}?
what makes up {x}?
""",
    np_AROUND="""
(what|whatever) (contains|encloses|surrounds|includes|holds|is around|frames) {x}
the (group|frame|container|panel|box|part|outer box|module|larger block|section) (that contains|containing|around|that encloses|enclosing|surrounding|that holds|{x} is in|{x} belongs to|{x} lies in|that {x} is part of|with {x} in it)
the (parent|container|surroundings|enclosing frame) of {x}
the (group|frame|box|panel|block) in which {x} (is|lies|sits|is placed)
""",
    q_AROUND="""
what (contains|encloses|surrounds|includes|holds|is around|frames|is drawn around) {x}@here?
which (group|frame|panel|box|block|part|section|module) (contains|encloses|surrounds|includes|holds|is around) {x}?
(in|inside) (what|which group|which frame|which panel|which box|which part|which block) (is|does) {x} (lie|located|contained|drawn|placed|sit)?
what is {x} (in|inside|part of|inside of|contained in|enclosed by|surrounded by)?
(what|where|which group) does {x} (belong|belong to|lie in)?
of (what|which group|which block) is {x} a part?
""",
    np_OWNER="""
(what|the thing|the part|whatever) {x} (belongs to|is for|is attached to|refers to|marks|labels|stands for|goes with)
the owner of {x}
the @thing (marked|labelled|annotated) by {x}
the @thing that {x} (belongs to|is attached to|labels|describes)
""",
    q_OWNER="""
what does {x} (belong to|refer to|mark|label|stand for|go with|name|describe|annotate)?
(to what|to which @thing) does {x} (belong|refer)?
(what|which @thing) is {x} (attached to|for|the label of|the mark of)?
{x} (belongs to|is the label of) (what|which @thing)?
""",
    np_OWNED="""
(what|everything that|all that) belongs to {x}
(the labels and icons|the icons|the marks|the attachments|everything attached to) (of|on|attached to) {x}
what is attached to {x}
""",
    # Sides.
    np_LEFT="""
the (@thing|one|{role}) @straight(to the left of|left of|on the left of|on the left side of|left from) {x}
what is (to the left of|left of|on the left of) {x}
{x}'s left neighbour
the left neighbour of {x}
the neighbour on the left of {x}
""",
    np_RIGHT="""
the (@thing|one|{role}) @straight(to the right of|right of|on the right of|on the right side of|right from) {x}
what is (to the right of|right of|on the right of) {x}
{x}'s right neighbour
the right neighbour of {x}
the neighbour on the right of {x}
""",
    np_ABOVE="""
the (@thing|one|{role}) @straight(above|over|on top of|higher than|higher up than|atop) {x}
what is (above|over|on top of) {x}
{x}'s upper neighbour
the upper neighbour of {x}
the neighbour above {x}
""",
    np_BELOW="""
the (@thing|one|{role}) @straight(below|under|beneath|underneath|lower than|at the bottom of) {x}
what is (below|under|beneath|underneath) {x}
{x}'s lower neighbour
the lower neighbour of {x}
the neighbour below {x}
""",
    q_LEFT="""
what (is|sits|lies|stands|appears|do you see) @straight(to the left of|left of|on the left of|on the left side of) {x}?
which (@thing|{role}) (is|sits|lies|stands) @straight(to the left of|left of|on the left of) {x}?
what does {x} have on its left( side|)?
who is the left neighbour of {x}?
on the left of {x}, what is there?
""",
    q_RIGHT="""
what (is|sits|lies|stands|appears|do you see) @straight(to the right of|right of|on the right of|on the right side of) {x}?
which (@thing|{role}) (is|sits|lies|stands) @straight(to the right of|right of|on the right of) {x}?
what does {x} have on its right( side|)?
who is the right neighbour of {x}?
on the right of {x}, what is there?
""",
    q_ABOVE="""
what (is|sits|lies|stands|appears|do you see|is drawn) @straight(above|over|on top of) {x}?
which (@thing|{role}) (is|sits|lies|stands) @straight(above|over|on top of) {x}?
what does {x} have above it?
who is the upper neighbour of {x}?
above {x}, what is there?
""",
    q_BELOW="""
what (is|sits|lies|stands|appears|do you see|is drawn) @straight(below|under|beneath|underneath) {x}?
which (@thing|{role}) (is|sits|lies|stands) @straight(below|under|beneath|underneath) {x}?
what does {x} have (below|under) it?
who is the lower neighbour of {x}?
below {x}, what is there?
""",
    # States.
    state_FROZEN="""
frozen
kept frozen
kept fixed
fixed
not (trained|updated|fine-tuned|tuned|learned|optimised|optimized)
not (trained|updated|changed) (during|in) training
never (updated|trained|changed)
marked (with|by) (a|the) snowflake
with a snowflake
without (gradients|gradient updates|training)
left (untouched|unchanged)( during training| by training|)
untrained
locked
excluded from training
that (stay|stays|remain|remains) (the same|fixed|frozen|unchanged|constant)( during training| in training|)
whose weights (are frozen|do not change|stay fixed|are not updated|are kept|are fixed|don't change|never change)
""",
    state_TRAINED="""
trained
trainable
learnable
learned
updated
fine-tuned
tuned
optimised
(trained|updated|learned|changed) (during|in) training
marked (with|by) (a|the) (flame|fire)
with a (flame|fire)( icon| symbol|)
that (learn|learns|get trained|gets trained|are being trained|is being trained|receive gradients|receives gradients|gets gradients|change during training)
whose weights (are trained|change|are updated|are learned|get updated|are tuned|are optimised)
not frozen
unfrozen
""",
    state_PLAIN="""
(neither frozen nor trained|neither trained nor frozen)
without (an icon|any icon|icons|a mark|any mark)
(not marked as frozen or trained|marked neither way)
without (snowflake or flame|a snowflake or a flame)
""",
    np_state="""
{x} (that|which) (are|is) {state}
those of {x} (that|which) are {state}
the ones {state} (among|of) {x}
whatever is {state} (among|in) {x}
{x}, (but |)only (those|the ones) (that are |){state}
""",
    np_state_role="""
the {state_adj} {ns}
{state_adj} {ns}
all (the |){state_adj} {ns}
the {ns} (that|which) (are|is) {state}
(every|each|any) {n} (that|which) is {state}
the {n} (that|which) is {state}
the {ns} {state}
which {ns} are {state}
""",
    state_FROZEN_adj='(frozen|fixed|untrained|non-trainable|locked|frozen)', state_TRAINED_adj='(trained|trainable|learnable|fine-tuned|tuned|tunable|updated)', state_PLAIN_adj='(unmarked|neutral)',
    q_state_role="""
which {ns} are {state}@here?
which {n} is {state}@here?
what {ns} are {state}?
(what|which part|which parts|which part of the model|which parts of the network|which part of the system|which components) (is|are) {state}@here?
what (is|stays|remains) {state}@here?
which (of the |){ns}@here are {state}?
are there {ns} {state}, and which?
where are the {state_adj} {ns}?
""",
    implicit_FROZEN="""
(which|what) (part|parts|component|components|weights|modules) (of the (model|network|system|architecture|pipeline) |)(is|are|stays|stay|remains) (not (updated|trained|changed|touched)|frozen|fixed|unchanged|the same) (during|while|in) (training|fine-tuning|learning|optimisation)?
(what|which part) does (the |)training (leave alone|not touch|not change|leave unchanged|not update|skip)?
(what|which modules) (does|do) (not |n't )(receive|get) (any |)gradients?
(what|which part) keeps its (weights|parameters)( during training|)?
which (weights|parameters) (do not change|don't change|are kept|are not learned|stay as they were|are reused as they are)?
(what|which blocks) (does|do) not learn( anything|)?
where are no gradients (needed|computed|used)?
which (pretrained |)parts are (kept as they are|used off the shelf|not tuned)?
""",
    implicit_TRAINED="""
(which|what) (part|parts|component|components|weights|modules) (of the (model|network|system|architecture|pipeline) |)(is|are|gets|get) (updated|trained|changed|optimised|learned|tuned) (during|while|in) (training|fine-tuning|learning)?
(what|which part) does (the |)training (change|update|touch|adjust|modify)?
(what|which modules) (receive|receives|get|gets) gradients?
which (weights|parameters) (change|are learned|are updated|are tuned|need to be learned|are optimised)?
(what|which part|which blocks) (actually |)(learn|learns|is learning)( something|)?
what (has to|must|needs to) be (trained|learned|optimised)( here|)?
where do the gradients go?
""",
    # Colours.
    np_COLOUR='{x} (that are|in|coloured|colored|which are|filled with|drawn in|painted) {c}',
    np_COLOUR_role="""
the {c} {ns}
{c} {ns}
all (the |){c} {ns}
the {c} {n}
the {ns} (in|coloured|colored|that are|which are|drawn in|filled with|of colour|painted) {c}
(every|each|any) {c} {n}
the {c} (coloured|colored) {ns}
(everything|whatever) (in|that is|coloured) {c} among the {ns}
the {n} (in|that is|coloured|filled in) {c}
""",
    q_COLOUR_role="""
which {ns} are {c}@here?
which {n} is {c}@here?
what {ns} (are|have been) (drawn|coloured|filled) (in |){c}?
where (are|is) the {c} {ns}?
which of the {ns} (are|have the colour|is) {c}?
what (is|are) {c}@here, among the {ns}?
""",
    colour_black='black', colour_white='white', colour_grey='(grey|gray)', colour_red='(red|dark red|red)', colour_orange='orange', colour_yellow='yellow', colour_green='(green|green|light green|dark green)',
    colour_cyan='(cyan|turquoise|teal|cyan)', colour_blue='(blue|blue|light blue|dark blue)', colour_purple='(purple|violet|purple)', colour_pink='(pink|pink|magenta)', colour_brown='brown',
    np_SAME="""
{y} (with|of|that have|having|in) the same (colour|color) as {x}
{y} (coloured|colored|painted|drawn) like {x}
{y} (that share|sharing) (the|a|their) (colour|color) (with|of) {x}
{y} (that are|which are) as (coloured|colored) as {x}
{y} that match {x} in (colour|color)
""",
    q_SAME="""
which {ns} (have|share|are in|are of) the same (colour|color) (as|with) {x}?
which {ns} (are|is) (coloured|colored|drawn|painted|filled) like {x}?
what (else |)has the (colour|color) of {x}, among {y}?
what (other |){ns} (look|are) the same (colour|color) as {x}?
""",
    # Order and size.
    nth_1='(first|1st)', nth_2='(second|2nd)', nth_3='(third|3rd)', nth_4='(fourth|4th)', nth_5='(fifth|5th)', nth_6='(sixth|6th)', nth_7='(seventh|7th)', nth_8='(eighth|8th)', nth_9='(ninth|9th)', nth_LAST='(last|final|very last)',
    np_NTH_role="""
the {k} {n}
the {k} {n}
{n} number {d}
the {k} of the {ns}
the {k} {n}@here
{n} (no.|nr|#) {d}
the {k} one of the {ns}
""",
    np_NTH_role_LAST="""
the {k} {n}
the {k} {n}
the {k} of the {ns}
the {k} {n}@here
the {n} at the (end|very end)
the {k} one of the {ns}
""",
    np_NTH="""
the {k} (one |)(of|among) {x}
{x}, the {k} one
{k} (of|among) {x}
""",
    most_LEFTMOST='(leftmost|left-most|furthest left|farthest to the left)', most_RIGHTMOST='(rightmost|right-most|furthest right|farthest to the right)',
    most_TOPMOST='(topmost|top|uppermost|highest-placed)', most_BOTTOMMOST='(bottommost|bottom|lowermost|lowest-placed)',
    most_LARGEST='(largest|biggest|largest|greatest in size)', most_SMALLEST='(smallest|tiniest|smallest|littlest)',
    most_HIGHEST='(highest|tallest|largest-valued|best|maximum|top-scoring|greatest)', most_LOWEST='(lowest|shortest|smallest-valued|worst|minimum|least)',
    np_most_role="""
the {m} {n}
the {m} {n}
the {m} of the {ns}
the {m} {n}@here
the {n} (that is|which is) {m}
the {n} {at}
""",
    at_LEFTMOST='(on the far left|furthest to the left|at the left end|at the far left|on the left edge|at the left edge)', at_RIGHTMOST='(on the far right|furthest to the right|at the right end|at the far right|on the right edge)',
    at_TOPMOST='(at the top|at the very top|on top|furthest up|at the upper edge|highest up)', at_BOTTOMMOST='(at the bottom|at the very bottom|furthest down|at the lower edge|lowest down)',
    at_LARGEST='(with the largest area|that takes the most space|that is bigger than all others|that covers the most)', at_SMALLEST='(with the smallest area|that takes the least space|that is smaller than all others)',
    at_HIGHEST='(with the (highest|largest|greatest|maximum|best) (value|score|number|result))', at_LOWEST='(with the (lowest|smallest|minimum|least|worst) (value|score|number|result))',
    np_most="""
the {m} (one |)(of|among) {x}
the {m} (in|within) {x}
{x}, the {m} one
the one {at} (of|among) {x}
""",
    q_most_role="""
which {n} is (the |){m}@here?
which (of the |){ns} is (the |){m}?
what is the {m} {n}@here?
which {n} (is|stands|lies|sits) {at}?
which {n} (has|shows) the {m} (value|result|one)?
""",
    # Tables.
    np_ROW="""
the row (of|for|labelled|named|called|with) {x}
{x}'s (row|numbers|results|scores|values)
(all |)the (numbers|results|scores|values|cells|entries|figures) (of|for|in the row of|from) {x}
the (whole|entire|complete) {x} row
the {x} row
the line (of|for) {x}( in the table|)
""",
    np_COL="""
the column (of|for|labelled|named|called|with|under) {x}
the {x} column
(all |)the {x} (numbers|results|scores|values|cells|entries|figures)
(all |)the (numbers|results|scores|values|cells|entries) (under|below|for|in the column) {x}
the (whole|entire|complete) (column|{x} column)( of {x}|)
""",
    np_CELL="""
the (cell|value|number|result|score|entry|figure) (of|for) {x} (on|in|under|for|at|and|with) {y}
the {y} (of|value of|score of|number of|result of|for) {x}
{x}'s {y}( value| score| result| number|)
the (cell|number|entry) where {x} and {y} (meet|cross|intersect)
{x} (on|at|in|under|for) {y}
the (cell|number|value|entry) in (the |)row {x}(,| and|) (and |)column {y}
the (cell|value|number) at (the intersection of |){x} and {y}
{y} for {x}
{x}, {y}
""",
    q_CELL="""
(what|how much|how high|how large) (is|was) the {y} (of|for|of the method|achieved by|reached by|reported for|value of|score of) {x}?
(what|which) (value|number|score|result|{y}) does {x} (have|get|reach|achieve|obtain|show|score|report) (on|in|for|under|at|in column) {y}?
what {y} does {x} (have|get|reach|achieve|obtain|show|score|report)?
how (well|good) (does|is) {x} (do|perform|score|work|doing|) (on|in|at|for|in terms of) {y}?
how much (does|did) {x} (get|score|reach|achieve|have) (on|in|at|for) {y}?
what does {x} (score|get|reach|achieve|have) (on|in|at|for|under) {y}?
what (is|was) (reported|given|listed|shown|written) for {x} (under|on|in|at|in column) {y}?
(in|under|for|on) {y}, what (does {x} have|is the value of {x}|is {x}'s (value|result|score|number))?
what is {x}'s {y}?
(what is|give me) the number (for|of) {x} (in|under|on) {y}?
""",
    np_BOLD="""
the bold (one|ones|cell|cells|number|numbers|values|entries) (of|in|among|within) {x}
the (number|numbers|value|cell|cells) (in|set in|printed in|written in) bold (in|of|within) {x}
(what is|whatever is|everything) (bold|in bold|printed bold|highlighted in bold) (in|of|among) {x}
the (emphasised|emphasized|highlighted) (number|numbers|values|cells) (of|in) {x}
the best (value|result|number) marked (in bold |bold |)(in|of) {x}
""",
    np_BOLD_all="""
the bold (cells|numbers|values|entries|results|ones|scores)@here
(all|every one of the) bold (cells|numbers|values|entries|results|ones|figures)
(what|everything that|all that) is (in bold|bold|printed bold|bold-faced|highlighted in bold)( in the table|)
the (numbers|values|cells|results) (in|set in|printed in|written in|that are) bold
the (best|winning|top) (results|numbers|values) marked (in |)bold
""",
    q_BOLD_all="""
which (numbers|cells|values|results|entries|scores) are (bold|in bold|printed in bold|highlighted|set in bold|bold-faced|emphasised)@here?
what is (in bold|bold|highlighted in bold|printed bold)@here?
where are the bold (numbers|cells|values)?
which (numbers|results) did the authors (highlight|emphasise|mark as best|print in bold)?
""",
    q_best_col="""
(who|which method|which row|which model|what|which one|which approach) (is|does|performs|scores|works) (the |)(best|highest|better than all others|on top) (on|in|for|under|at|in terms of) {x}?
(who|which method|which model|which approach|what) (has|gets|reaches|achieves|obtains|shows|wins with) the (highest|best|largest|top|greatest|maximum) {x}?
what is the (highest|best|largest|top|maximum|greatest) {x}( value| score| in the table| reported|)?
(who|which method|which model) (wins|leads|comes first) (on|in|at) {x}?
""",
    q_worst_col="""
(who|which method|which row|which model|what|which one|which approach) (is|does|performs|scores|works) (the |)(worst|lowest|poorest|worse than all others) (on|in|for|under|at|in terms of) {x}?
(who|which method|which model|which approach|what) (has|gets|reaches|achieves|obtains|shows) the (lowest|worst|smallest|minimum|least) {x}?
what is the (lowest|worst|smallest|minimum|least) {x}( value| score| in the table| reported|)?
(who|which method|which model) (loses|comes last) (on|in|at) {x}?
""",
    # Plots.
    np_SERIES="""
the (curve|line|bars|bar|dots|points|markers|series|data|plot|graph) (of|for|showing|that shows|that belongs to|belonging to|that represents|representing|standing for) {x}
{x}'s (curve|line|bars|bar|series|dots|points|data|graph|plot|results)
the {x} (curve|line|bars|bar|series|dots|points|markers|data)
(what|everything|the data) (is drawn|drawn|plotted|shown) for {x}
(how|where) {x} is (drawn|plotted|shown)( in the plot|)
the (curve|line|bars|series) (labelled|labeled|named|called|with the name) {x}
the (line|curve|bars) that (the legend calls|is called|is named) {x}
""",
    q_SERIES="""
which (curve|line|bar|series|bars|dots|colour) (is|belongs to|shows|represents|stands for|corresponds to|are|belong to|is the one of|depicts) {x}?
where (is|are) {x} (drawn|plotted|shown|in the plot|in the chart|in the graph)?
which of the (curves|lines|bars|series) is {x}?
how does {x} (look|develop|behave|do|run)( in the plot| over time| in the chart|)?
by which (line|curve|bars) is {x} (shown|drawn|represented)?
""",
    q_legend="""
what does the {c} (line|curve|bar|bars|dots|series|colour|one) (stand for|mean|represent|show|belong to|denote|correspond to|indicate)@here?
which (method|series|entry|model|name) (is|belongs to|has|goes with) the {c} (line|curve|bar|bars|dots|one)?
what is the {c} (line|curve|bar|series) (called|named|for|supposed to be)?
what (do|does) the {c} (bars|bar|line|curve) (stand for|mean|represent|show)?
who is the {c} (line|curve|bar|one)?
""",
    np_legend="""
(what|the method that|the series that|the entry that) the {c} (line|curve|bar|bars|dots|one) (stands for|means|represents|shows|belongs to)
the (method|series|name|entry|meaning|legend entry) (of|for|behind) the {c} (line|curve|bar|bars|dots|one)
""",
    q_top_series="""
which (method|series|model|entry|name|approach|one) has the (highest|tallest|largest|biggest) bar?
(which method|which series|who|which model) (is|does) best( in the chart| in the bar chart| by the bars| here|)?
to (which method|which series|what) does the (tallest|highest|longest|biggest) bar belong?
what does the (tallest|highest|largest) bar stand for?
whose bar is the (tallest|highest|largest|longest)?
""",
    q_bottom_series="""
which (method|series|model|entry|name|approach|one) has the (lowest|shortest|smallest) bar?
(which method|which series|who|which model) (is|does) (worst|the worst)( in the chart| in the bar chart| by the bars| here|)?
to (which method|which series|what) does the (lowest|shortest|smallest) bar belong?
what does the (lowest|shortest|smallest) bar stand for?
whose bar is the (lowest|shortest|smallest)?
""",
    np_UNION="""
{x} and {y}
both {x} and {y}
{x} as well as {y}
{x} together with {y}
{x} plus {y}
{x}, {y}
{x} or {y}
""",
    np_MINUS="""
{x} (except|without|but not|other than|excluding|apart from|besides|minus|except for|leaving out) {y}
(all of |){x} (that are|which are) not {y}
""",
    np_sources="""
(the|all) (@things|blocks) (without|that have no|with no) (input|incoming arrow|incoming arrows|arrow coming in|predecessor)
(the start|the starting point|the first step|the entry point|the beginning|the entrance|the input) of (the pipeline|the model|the figure|the diagram|the flow|the process)
where (the data enters|the data comes in|everything starts|the flow starts|the pipeline begins|it all starts|the process starts)
the @things (nothing points to|no arrow points to|that nothing feeds|no arrow leads to)
""",
    np_sinks="""
(the|all) (@things|blocks) (without|that have no|with no) (output|outgoing arrow|outgoing arrows|arrow going out|successor)
(the end|the end point|the final step|the exit|the final output|the final result|the last step) of (the pipeline|the model|the figure|the diagram|the flow|the process)
where (the data ends up|the data comes out|everything ends|the flow ends|the pipeline finishes|the process ends|it all ends)
the @things (that point to nothing|from which no arrow leaves|that feed nothing|without arrows leaving them)
""",
    q_sources="""
where (does|do) (the data|the input|the signal|the flow|the pipeline|the process|it all) (enter|come in|start|begin)( the model| the pipeline|)?
which @things have no (input|incoming arrows|predecessor|arrow coming in)?
what (is|are) the (first step|starting point|inputs|input) of (the|this) (pipeline|model|figure|process|system|network)?
what does (the|this) (pipeline|model|process|system|network) (start|begin) with?
what goes into the (model|network|system|pipeline)?
which @things does nothing point to?
""",
    q_sinks="""
where (does|do) (the data|the output|the signal|the flow|the pipeline|the process|it all) (end|end up|come out|finish|stop)?
which @things have no (output|outgoing arrows|successor|arrow going out)?
what (is|are) the (last step|final step|end point|final output|final outputs|output) of (the|this) (pipeline|model|figure|process|system|network)?
what does (the|this) (pipeline|model|process|system|network) (end with|produce|finally produce|output in the end|give in the end)?
what comes out of the (model|network|system|pipeline)( in the end| at the end|)?
which @things point to nothing?
""",
    # Frames.
    please='(please |could you |can you |would you |pls |i want you to |kindly |i need you to |could you please |can you please ||||||)',
    show_verb='(show me|show|highlight|mark|find|locate|point to|point out|segment|outline|select|indicate|circle|give me|point at|identify|pick out|colour in|box|detect|ground|light up|display|draw a mask on|draw a box around|get|look for|put a mask on|trace|mask|tell me where i can find)',
    mask='(with a mask| as a mask| with masks||||| in the figure|@here)',
    root_SHOW="""
@please@show_verb {x}@mask(.|?||)
@show_verb {x}(.||)
@show_verb {x}(.||)
where (is|are) {x}@here?
where (is|are) {x}?
where (can i find|do i find|would i find|do you see|can i see|does one find|can one see) {x}?
(which|what) is {x}?
(which|what) are {x}?
(i am|i'm) (looking for|trying to find|searching for|interested in) {x}(.|)
i (want|need|would like|'d like) to see {x}(.|)
{x}
{x}
{x}(.|?)
{x}, please(.|)
(do you see|can you see|can you find|can you spot|can you make out) {x}? (show me|mark it|where|point it out)(.|?|)
(what|which part|which region|which area) (of the figure |of the picture |)(is|shows|corresponds to|depicts) {x}?
{x}: where (is it|are they)?
please (answer|reply|respond) with a mask: {x}(.|)
(what is|where is) {x}@here? (please (answer|respond|reply)|answer|respond) with (a mask|masks|a segmentation|the region)(.|)
the (mask|region|area|location|position|place|outline|box) (of|for) {x}(, please|)(.|)
(which|what) (regions|parts|areas) (belong to|are|show|make up) {x}?
let me see {x}(.|)
@please(tell|show) me where {x} (is|are)(.|?|)
""",
    root_EXPLAIN="""
(explain|describe) (why|how) (it is|this is) {x}(.|)
@please(show|mark|find) {x} and (explain|say|tell me|give the reason|tell) why(.|)
where is {x}, and (why|how do you know|how can you tell|what makes you think so)?
{x}: (explain why|why|explain|how do you know|give some explanation|explain the reason)(.|?|)
(which is|what is) {x}? (explain|why|explain your answer|give a reason|please explain why|justify your answer|give some explanation|and explain)(.|?|)
@please@show_verb {x} and (explain|justify) (it|your choice|why|your answer|the reason)(.|)
explain where {x} (is|are)(.|)
@show_verb {x} with (an explanation|a reason|reasons|your reasoning)(.|)
""",
    q_EXPLAIN="""
{s} (explain why|explain|why|explain your answer|how do you know|please explain|give the reason|and why|please give a reason|say why|how can you tell|explain how you found it)(.|?|)
(explain|tell me and explain): {s}
{s} (please |)(mark it and |)(explain|give) (the reason|some explanation|your reasons)(.|)
""",
    root_COUNT="""
how many {p} (are there|are shown|do you see|can you see|can you count|exist|can be seen|are drawn|does it have|are visible)@here?
how many {p}@here?
how many {p}?
count {x}(.|)
@please(count|count up|tell me the number of|give me the number of) {x}(.|)
what is the (number|count|total number|amount) of {p}?
the number of {p}@here(.|?|)
(number|count) of {p}
in total, how many {p} (are there|do we have)?
how (large|big) is the number of {p}?
{x}: how many( are there| are they| in total|)?
""",
    root_EXISTS="""
(is|are) there (any |a |)(bare|){p}@here?
(is|are) there (any |){p}?
does (this|the) @figure (have|contain|show|include|feature) (any |){p}?
(do you see|can you see|can you find|can one see) (any |){p}@here?
(any |){p}@here?
(can|could) {p} be (seen|found)@here?
are (any |){p} (shown|drawn|present|visible|to be seen)@here?
tell me whether there (is|are) (any |){p}(.|)
(yes or no: |)(is|are) there {p}(, yes or no|)?
i wonder (if|whether) there (is|are) (any |){p}(.|)
""",
    exists_FROZEN="""
is {x} @state_FROZEN?
(are|is) {x} (really |)(frozen|fixed|kept frozen)?
does {x} (stay|remain) (frozen|fixed|unchanged|the same)( during training|)?
is {x} marked with a snowflake?
does {x} (have|carry) a snowflake?
""",
    exists_TRAINED="""
is {x} @state_TRAINED?
(are|is) {x} (really |)(trained|trainable|updated|fine-tuned|learned)( during training|)?
does {x} (learn|get trained|change during training|get updated|receive gradients)?
is {x} marked with a flame?
does {x} (have|carry) a (flame|fire)?
do we train {x}?
""",
    exists_ARROW="""
(is there|do you see) (an arrow|a connection|a link|a line) (from|between|leading from) {x} (to|and) {y}?
does {x} (point to|lead to|feed|connect to|go to|feed into|send to|have an arrow to|link to|pass data to) {y}?
is {x} (connected|linked|joined|fed) (to|into) {y}?
does the output of {x} go (to|into) {y}?
does {y} (receive|get|take) (input|data|something|the output) from {x}?
""",
    exists_COLOUR="""
is {x} {c}?
is the (colour|color) of {x} {c}?
is {x} (coloured|colored|drawn|filled|shown|painted) (in |){c}?
does {x} have a {c} (fill|colour|color|background)?
""",
    root_READ="""
what (does|do) {x} say?
what is written (in|on|at|there in|there at|inside) {x}?
@please(read|read out|transcribe|read me|spell out|type out) {x}(.|)
(@please)read (the text|what is written|the label|the words) (of|in|on|at) {x}(.|)
what text is (in|on|at|inside) {x}?
what is the (text|label|wording|inscription|name|caption) (of|in|on|at) {x}?
which (text|words|label) (is|are) (in|on) {x}?
what can (be read|one read|i read) (in|on|at) {x}?
what does it say (in|on|at) {x}?
the (text|words|wording) (of|in|on) {x}(.|?|)
what (is|are) the (words|word) (in|on) {x}?
""",
    read_title="""
what is {x}?
what is {x} called?
what does {x} say?
{x}?
tell me {x}(.|)
what is the (text|name|wording) of {x}?
how is it titled, i mean {x}?
read {x}
""",
    root_WHAT="""
what is {x}?
what is {x}?
what's {x}?
what (is|are) {x} (for|about|exactly|supposed to be|all about|doing here)?
@please(describe|explain|tell me about|tell me more about|say something about|characterise|give details on|give a description of) {x}(.|)
what (can you|do you|could you) (tell me|know|say) about {x}?
what (kind of thing|sort of thing|type of element|kind of element|kind of part) is {x}?
what (do|can) (you|we) see (in|at) {x}?
(tell me|say) what {x} is(.|)
what role does {x} (play|have)?
{x} - what is (it|that)?
information (on|about) {x}(.|)
what does {x} do( here|)?
what am i looking at in {x}?
who or what is {x}?
how would you describe {x}?
""",
    root_VALUE="""
what (is|are) the (value|values|number|numbers|height|level|amount) of {x}?
(how high|how large|how tall|how big|how much) (is|are) {x}?
what (value|number|score) does {x} (have|show|reach|get|stand at|attain)?
@please(tell me|give me|read off|give|read) the (value|values|number|numbers|height) of {x}(.|)
the (value|values|number|numbers) of {x}(.|?|)
(which|what) value(s|) (belongs to|is shown by|does one read off for|can be read for) {x}?
how many does {x} (show|reach|have)?
{x}: what (value|number) is it?
what does {x} (amount to|come to|measure)?
""",
    root_HUE="""
what ((colour|color)|colour|color) (is|are|does it have, i mean|has) {x}?
(what|which) (colour|color|colours) (does|do) {x} have?
in (what|which) (colour|color) (is|are) {x} (drawn|shown|painted|filled|plotted|printed)?
@please(tell me|name|give me|say) the (colour|color) of {x}(.|)
(the |)(colour|color) of {x}(?|.|)
how is {x} (coloured|colored)?
what is the (colour|color|fill colour|shade|hue) of {x}?
{x} is (drawn in |)(which|what) (colour|color)?
""",
    root_RELATE="""
how (is|are) {x} (related|connected|linked|tied) to {y}?
how (do|are) {x} and {y} (relate|connected|related|linked|hang together|connect|interact|stand to each other)?
what is the (relation|relationship|connection|link) (between|of) {x} (and|to|with) {y}?
what (does|has|do) {x} (have |)to do with {y}?
how does {x} (relate|connect|stand|link) to {y}?
where is {x} (relative to|with respect to|in relation to|compared to|as seen from) {y}?
(what|which) (connects|links|relates) {x} (and|with|to) {y}?
(explain|describe|tell me) (how {x} relates to {y}|the relation between {x} and {y}|the relationship of {x} and {y}|how {x} and {y} are connected)(.|)
relation (of|between) {x} and {y}
""",
    root_COMPARE="""
(which|who) is (higher|larger|better|greater|bigger|taller|lower|smaller|worse), {x} or {y}?
(compare|contrast) {x} (with|and|to|against|versus) {y}(.|)
is {x} (higher|larger|better|greater|bigger|lower|smaller|worse|above|below|taller) (than |){y}?
how (much|far) (higher|larger|better|lower|smaller|worse|bigger|more) is {x} (than|compared to|compared with|relative to) {y}?
(what is|how large is|give) the (difference|gap|margin) between {x} and {y}?
how does {x} compare (to|with|against) {y}?
by how much does {x} (beat|exceed|outperform|fall behind|differ from|surpass|improve on) {y}?
does {x} (beat|outperform|exceed|surpass|win against|do better than) {y}?
{x} (vs|vs.|versus|against|or) {y}(?|: which is (better|higher|larger)?)
{x} compared (to|with) {y}
which of the two is (higher|better|larger|lower), {x} or {y}?
""",
    root_CAPTION="""
@please(describe|summarise|summarize|caption|explain|give an overview of|sum up|outline) (this|the|the whole|the entire) @figure(.|)
what (is|does) (this|the) @figure (about|show|shown|depict|illustrate|tell us|present|all about)?
what do you see@here?
what (kind|type|sort) of (figure|diagram|chart|picture|plot) is (this|it)?
(write|give me|make|suggest|provide) a (caption|short description|summary|description|title)( for this figure| of the figure| for it|)(.|)
what am i looking at?
what is (this|in this @figure|shown here|depicted|going on here|to be seen here)?
describe what you see(.|)
tell me about (this|the) @figure(.|)
(overview|summary|caption|description)(, please|)
what (parts|elements) does (this|the) @figure (have|consist of)?
(give|i need) (a|an) (overview|overall description) (of|for) (the|this) @figure(.|)
""",
    # Next turns that lean on the one before.
    ellipsis_REF="""
(and|what about|how about|and what about|now|and for|same for|and how about|the same for|now for|what of|and now) {x}?
and {x}?
(and|now) the same (for|with) {x}(.|?|)
{x}?
do (the same|that|this) (for|with) {x}(.|)
(try|repeat that for|repeat for|once more for|again for) {x}(.|)
""",
    ellipsis_NEXT="""
(and|what comes|and what comes|what is|and then|what happens|so what comes) (after|next|after that|after it|then|afterwards|behind it)?
and then?
(and |)(the |)next( one| step| block|)?
(and |)where does (it|that|this) (go|lead|go from there|go next|point)( to|)?
what next?
(go|move) (on|one further|one step further|to the next one)(.|)
(continue|further|keep going|go on)(.|)
and what follows (it|that|this)?
""",
    ellipsis_PREV="""
(and|what comes|and what comes|what is|what was|so what comes) (before|before that|before it|in front of it)?
(and |)(the |)previous( one| step| block|)?
(and |)where does (it|that|this) come from?
what led (to it|there|to that)?
(go|move|step) back( one|)(.|)
and its (input|inputs|source)?
what feeds (it|that|this)?
one step (back|earlier|before)(.|)
""",
    ellipsis_HUE="""
(and |)what (colour|color) is (it|that|this)?
(and |)(its|the|in what|in which) (colour|color)?
which (colour|color) does (it|that|this) have?
how is (it|that|this) coloured?
""",
    ellipsis_COUNT="""
(and |)how many (are there|are they|are these|of them|is that|of these)( in total|)?
count (them|these|those)(.|)
(so |)how many?
what is their number?
""",
    ellipsis_READ="""
(and |)what does (it|that|this) say?
read (it|that|this)( out| to me| aloud|)(.|)
what is written (there|on it|in it|on them)?
(the|its) text(, please|)?
""",
    ellipsis_VALUE="""
(and |)(what is |)(its|the|their) (value|number|values|height)?
how (high|large|much|tall) is (it|that|this)?
(and |)in numbers?
what value (does it have|is that)?
""",
    ellipsis_INSIDE="""
(and |)what is (inside|in it|in there|inside it|in that one)?
what does (it|that|this) (contain|consist of|include)?
open it( up|)(.|)
its (parts|contents|components)?
look inside(.|)
""",
    ellipsis_EXPLAIN="""
why?
(and |)why( is that| that| so| this one|)?
(please |)(explain|explain that|explain why|explain it)(.|)
how do you know( that|)?
(give|what is) (me |)the reason(.|?|)
how did you (find|get) (it|that)?
what makes you (say|think) (that|so)?
""",
    ellipsis_WHAT="""
(and |)what is (it|that|this)( for|)?
tell me more( about it|)(.|)
(more|more details|details)(, please|)(.|)
what does (it|that|this) do?
describe (it|that|this)(.|)
""",
    ellipsis_SHOW="""
where (is it|is that|are they)?
show (it|that|them)( to me| again| in the figure|)(.|)
(mark|highlight|point to) (it|them|that)(.|)
where?
""",
    OTHER="""
(what|which) (breed|kind|race) of (dog|cat|bird|horse) is (this|that|it|in the photo)?
(who|which person|which actor|what celebrity) is (the (man|woman|person|boy|girl|player)|that|this|she|he) (in the (photo|picture|image)|wearing a hat|on the left|with the glasses|holding the cup|)?
what is the (man|woman|child|person|boy|girl|dog|cat|couple) (doing|wearing|holding|looking at|eating|carrying)?
(what is|tell me) the (capital|population|president|currency|area|language|flag) of (france|china|japan|italy|germany|the usa|brazil|india|spain|canada)?
who (wrote|invented|discovered|painted|directed|founded|composed) (hamlet|the telephone|penicillin|the mona lisa|gravity|this song|faust|the internet|relativity|linux)?
(what is|how is) the weather( like|) (today|tomorrow|outside|in london|in paris|there)?
how (old|tall|rich|heavy) is (the man|the woman|einstein|obama|the eiffel tower|mount everest|he|she)?
(where|in which city|in which country) was (this|the) (photo|picture|photograph) taken?
what (time|day|year|date) is (it|it now|it today)?
(write|compose) (me |)a (poem|song|story|letter|joke|haiku)( about (love|the sea|spring|cats)|)(.|)
(translate|convert) (this|that|hello|the sentence|good morning) (in|)to (german|french|japanese|latin|python)(.|)
(what is|calculate|compute) (seventeen|12|3|144|five hundred) (plus|times|minus|divided by|to the power of) (four|9|12|seven)?
why (is|was) the (sky|sea|grass|snow|moon|sun) (blue|green|white|so bright|so far)?
(when|in what year) (did|was) (the second world war|columbus|napoleon|the french revolution|the first iphone) (end|born|start|released|sail)?
(what|which) (car|brand|flower|plant|food|animal|building|mountain) is (this|that|shown in the photo|in the background)?
is the (man|woman|dog|cat|person|child|couple) (happy|sad|sitting|standing|angry|asleep|old|smiling)?
(what|who) won the (world cup|election|oscar|nobel prize|game|super bowl)( last year| in 2018|)?
who are the authors of (this|the) (paper|article|work)?
(is|was) (this|the) paper (accepted|published|any good|peer reviewed|cited often)?
(how|where) can i (buy|download|install|cook|learn) (this|it|pasta|python|the code|a ticket|rice)?
(what is|explain) the meaning of (life|love|happiness|this word)?
(recommend|suggest) (me |)a (film|book|restaurant|hotel|song|laptop)(.|)
(how many|what) (people|cars|animals|trees|birds) are (in|on) the (photo|street|beach|road|photograph)?
(who|what) is the (president|king|ceo|author|director|mayor) (of|at) (google|france|england|the company|berlin|openai)?
is it (going to rain|cold|warm|safe|legal|healthy|worth it)( tomorrow| there| outside|)?
what (season|emotion|mood|sport|meal|holiday) is (shown|depicted|it) in the (photo|picture|scene)?
could the (person|animal|car|man) in the (photo|foreground) be (dangerous|famous|old|moving)?
how (do|does) (photosynthesis|gravity|a car engine|the stock market|a transistor|the immune system) work?
which (clothes|shoes|hat|jacket|glasses) (is|are) (he|she|the person|the man) wearing?
""",
    UNKNOWN="""
(hello|hi|hey|good morning|good evening|hi there|greetings|yo)(!|.|)
(thanks|thank you|thx|cheers|great|ok|okay|nice|cool|wow|perfect|sure|yes|no|maybe)(!|.|| a lot| very much)
(how are you|what's up|how is it going|how do you do|who are you|what are you|are you a robot|what can you do|what is your name)?
(haha|lol|hmm|uh|um|err|oops|meh|pff|ah)(.|...|)
(i (like|love|hate) (this|you|it|pizza|music|mondays)|i am (tired|hungry|bored|happy|here)|i don't know|never mind|forget it|leave me alone|i see)(.|)
(test|testing|testing 123|asdf|foo bar|lorem ipsum dolor|abc|xyz|qwerty|blah blah|bla|...|???)
(the of and|to be or not|because of which that|if then else but|colour the how what arrow|of the the|and or with to|before what how)
(see you|bye|goodbye|good night|later|talk to you later)(!|.|)
(banana|purple monkey dishwasher|the quick brown fox|hocus pocus|abracadabra|once upon a time|row your boat)(.|)
(do it|go|stop|wait|undo|help|help me|save|open|close|quit|exit|start|again and again|faster|louder|zoom|more cowbell)(!|.|)
(you are (wrong|great|stupid|funny|slow|the best)|that is (wrong|nonsense|right|not true|funny|enough))(.|!)
(can you (sing|dance|fly|hear me|feel)|do you (like me|sleep|dream|understand|speak french))?
""",
)
