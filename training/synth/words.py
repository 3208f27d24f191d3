"""The words of figures: parts of models, names of methods, data sets and measures, in English and Chinese.

`Vocabulary(split)` holds the words of one side (split.py). Composed labels ("Cross-Attention ×4", "文本编码器") take every content
word from that side; numbers, units and symbols are common to both.
"""
from functools import lru_cache

from . import split as sides

NOUNS = """Encoder Decoder Backbone Adapter Projector Router Sampler Tokenizer Embedding Attention Transformer Classifier Detector
Generator Discriminator Predictor Regressor Extractor Aggregator Selector Estimator Retriever Reader Planner Controller Memory Buffer
Codebook Queue Gate Head Neck Stem Block Layer Module Unit Branch Stage Network Pyramid Cascade Teacher Student Agent Critic Policy
Actor Environment Reward Simulator Renderer Tracker Segmenter Captioner Parser Ranker Scorer Matcher Fuser Mixer Expert Prompt Query
Key Value Mask Token Feature Patch Region Proposal Anchor Keypoint Heatmap Descriptor Prototype Centroid Cluster Graph Node Edge Tree
Index Cache Corpus Dataset Image Video Frame Audio Speech Text Caption Question Answer Sentence Document Paragraph Passage Table
Label Target Output Input Prediction Loss Gradient Optimizer Scheduler Sample Noise Latent Prior Posterior Likelihood Density Depth
Normal Pose Shape Texture Camera Sensor Point Cloud Voxel Mesh Surface Ray Light Scene Object Background Foreground Boundary Contour
Signal Spectrum Waveform Filter Kernel Window Convolution Pooling Normalization Dropout Softmax Sigmoid Activation Residual Shortcut
Upsampling Downsampling Interpolation Alignment Calibration Registration Augmentation Distillation Pruning Quantization Search Beam
Instruction Dialogue History Context Knowledge Fact Entity Relation Rule Program Executor Compiler Verifier Critique Plan Tool
Weight Bias Parameter Checkpoint Ensemble Bank Pool Store Database Server Client Device User Annotator Expert Reviewer""".split()

MODIFIERS = """Visual Text Image Audio Video Language Vision Speech Point Depth Region Mask Cross Self Global Local Spatial Temporal Channel
Multi-scale Multi-head Hierarchical Recurrent Causal Masked Sparse Dense Deep Shallow Shared Frozen Learnable Trainable Pretrained
Contrastive Generative Adaptive Dynamic Static Soft Hard Hybrid Joint Dual Coarse Fine Low-rank Universal Unified Auxiliary Primary
Semantic Instance Panoptic Geometric Bilinear Linear Gated Residual Dilated Deformable Grouped Separable Positional Relative Rotary
Query Key Modality Domain Task Class Pixel Patch Token Object Scene Motion Pose Feature Latent Noise Reward Policy Action State
Candidate Hidden Final Initial Current Previous Next External Internal Long-term Short-term Weighted Random Online Offline Noisy Clean
Synthetic Real Labelled Unlabelled Positive Negative Source Target Reference Human Expert Auto""".split()

ACRONYMS = """MLP CNN RNN LSTM GRU FFN MHA LoRA ViT CLIP BERT LLM VLM VAE GAN FPN RPN RoI NMS BN LN ReLU GELU SiLU FC GAP ASPP SE
CRF HMM SVM KNN PCA SVD FFT DCT OCR ASR TTS NER QA RAG MoE RL PPO DPO SFT EMA SGD Adam Q-Former U-Net ResNet UNet DETR SAM NeRF
SLAM IMU LiDAR RGB BEV TPU GPU API SQL HTML JSON""".split()

VERBS = """Train Fine-tune Encode Decode Sample Gather Pool Project Align Merge Split Concat Add Multiply Flatten Reshape Crop Resize
Normalise Tokenise Embed Retrieve Rank Filter Select Match Track Segment Detect Classify Predict Generate Rewrite Verify Score Vote
Prune Quantise Distil Cluster Label Annotate Collect Clean Augment Mask Shuffle Route Mix Update Freeze Initialise Evaluate Compare
Render Warp Smooth Denoise Upsample Downsample Refine Propagate Aggregate Fuse Parse Plan Search Execute""".split()

METHOD_HEADS = """Mask Seg Det Deep Fast Swift Mini Tiny Hyper Meta Omni Uni Multi Cross Point Voxel Graph Edge Flow Pixel Patch Token
Scene Open Dense Sparse Light Aqua Terra Nova Vega Luna Orion Atlas Delta Sigma Lambda Zeta Kilo Echo Iris Onyx Coral Ember Cedar Maple
Robin Heron Lynx Otter Bison Falcon Raven Crane""".split()
METHOD_TAILS = """Net Former GPT LM Seg Det Track CLIP VL Cap QA R-CNN Mix Fuse Gen Diff Flow Hash Align Prompt Adapter Point Ray Sim
Bench Coder Rank Mamba Conv ViT Pose Depth""".split()
SYLLABLES = 'ka ro vi te mu sa lin dor pex tal nor zi qua rel fen bry mox lu dan sil gor hep jun wex ari olo'.split()

DATASETS = """ImageNet COCO VOC ADE20K Cityscapes KITTI NuScenes Waymo LVIS RefCOCO GQA VQAv2 TextVQA DocVQA ChartQA AudioCaps Clotho
LibriSpeech SQuAD GLUE MMLU GSM8K HumanEval BSDS DAVIS Kinetics UCF101 Ego4D ScanNet ShapeNet ModelNet SUN-RGBD NYUv2 Flickr30k
CelebA MNIST CIFAR SVHN iNat Places365 DTD Food101 Pets Aircraft WikiText C4 Pile""".split()

MEASURES = [('Accuracy', '%'), ('Precision', '%'), ('Recall', '%'), ('F1', '%'), ('mIoU', '%'), ('gIoU', '%'), ('cIoU', '%'), ('AP', ''),
            ('AP50', ''), ('mAP', '%'), ('BLEU', ''), ('ROUGE-L', ''), ('CIDEr', ''), ('PSNR', 'dB'), ('SSIM', ''), ('LPIPS', ''), ('FID', ''),
            ('WER', '%'), ('Perplexity', ''), ('RMSE', 'm'), ('MAE', ''), ('AUC', '%'), ('Top-1', '%'), ('Top-5', '%'), ('Latency', 'ms'),
            ('Throughput', 'img/s'), ('FPS', ''), ('Params', 'M'), ('FLOPs', 'G'), ('Memory', 'GB'), ('Energy', 'J'), ('Dice', '%'),
            ('Hit@1', '%'), ('NDCG', ''), ('EM', '%'), ('Loss', ''), ('Error', '%'), ('Speed-up', '×'), ('Win rate', '%'), ('Time', 's')]
X_QUANTITIES = [('Epoch', ''), ('Training steps', 'k'), ('Iteration', 'k'), ('Learning rate', ''), ('Batch size', ''), ('Model size', 'M'),
                ('Number of tokens', ''), ('Number of layers', ''), ('Number of clicks', ''), ('Number of experts', ''), ('Dataset size', 'k'),
                ('Resolution', 'px'), ('Noise level', ''), ('Temperature', ''), ('Sequence length', ''), ('Top-k', ''), ('Time', 's'),
                ('Distance', 'm'), ('Frame', ''), ('Sparsity', '%'), ('Mask ratio', '%'), ('Shots', ''), ('Rank', ''), ('Beam width', '')]
CATEGORIES = """image video audio point depth normal text speech pose thermal small medium large tiny base huge easy hard seen unseen
novel common rare short long indoor outdoor day night rain fog snow urban rural car person bike dog cat chair table tree road building
sky water cup book bird horse left right top bottom early late train val test""".split()

CHINESE_NOUNS = """编码器 解码器 主干网络 适配器 投影层 路由器 采样器 分词器 嵌入 注意力 分类器 检测器 生成器 判别器 预测头 回归头 提取器 聚合模块
检索器 规划器 控制器 记忆库 码本 队列 门控 教师模型 学生模型 智能体 策略网络 奖励模型 渲染器 跟踪器 分割头 描述器 解析器 匹配模块 融合模块 专家
提示 查询 掩码 词元 特征图 图像块 候选框 锚点 关键点 热力图 原型 聚类中心 知识图谱 缓存 语料库 数据集 图像 视频 音频 语音 文本 标题 问题 答案 句子
文档 表格 标签 输出 输入 预测结果 损失 梯度 优化器 样本 噪声 隐变量 先验 深度图 法线图 姿态 纹理 相机 传感器 点云 体素 网格 场景 目标 背景 前景 边界
信号 频谱 滤波器 卷积层 池化层 归一化 全连接层 残差块 上采样 下采样 对齐 校准 数据增强 蒸馏 剪枝 量化 指令 对话 历史 上下文 知识 实体 关系 规则
程序 执行器 权重 参数 大语言模型 多模态大模型 视觉模型 语言模型 训练集 验证集 测试集 总损失 文本损失 掩码损失 区域特征""".split()
CHINESE_MODIFIERS = """视觉 文本 图像 音频 视频 语言 语音 区域 掩码 交叉 全局 局部 空间 时间 通道 多尺度 多头 层次 循环 因果 稀疏 稠密 共享 冻结
可学习 预训练 对比 生成式 自适应 动态 静态 混合 联合 双流 粗 细 低秩 统一 辅助 语义 实例 几何 线性 门控 可变形 分组 位置 相对 目标 候选 隐藏 最终 初始
真实 合成 正 负 源 人工 在线 离线""".split()
CHINESE_VERBS = """训练 微调 编码 解码 采样 聚合 池化 投影 对齐 合并 拼接 相加 相乘 展平 裁剪 缩放 检索 排序 筛选 匹配 跟踪 分割 检测 分类 预测 生成
改写 验证 评分 投票 剪枝 量化 蒸馏 聚类 标注 收集 清洗 增强 路由 更新 初始化 评估 比较 渲染 平滑 去噪 细化 传播 融合 解析 规划 搜索""".split()
CHINESE_MEASURES = [('准确率', '%'), ('精确率', '%'), ('召回率', '%'), ('平均交并比', '%'), ('误差', ''), ('损失', ''), ('延迟', 'ms'), ('吞吐量', '张/s'),
                    ('参数量', 'M'), ('显存', 'GB'), ('得分', ''), ('时间', 's'), ('信噪比', 'dB'), ('胜率', '%')]
CHINESE_X = [('训练轮数', ''), ('迭代次数', '千'), ('学习率', ''), ('批大小', ''), ('模型规模', 'M'), ('词元数', ''), ('层数', ''), ('点击次数', ''),
             ('专家数', ''), ('数据量', '千'), ('分辨率', 'px'), ('噪声强度', ''), ('温度', ''), ('距离', 'm')]
CHINESE_CATEGORIES = """图像 视频 音频 点云 深度 法线 文本 语音 小 中 大 简单 困难 常见 罕见 室内 室外 白天 夜晚 雨天 雾天 城市 乡村 车辆 行人 动物 家具
建筑 道路 天空 左侧 右侧 训练 验证 测试""".split()

#: Formulas as runs: (text, level), level 0 on the line, 1 raised, -1 lowered.
_FORMULA_NAMES = 'L x y z h f g q k v e p W θ φ ψ λ α β γ μ σ ε'.split()
_FORMULA_MARKS = 'mask txt seg img ref t i j k n adv rec KL CE out in 1 2 0 total'.split()


class Vocabulary:
    """The words of one side."""

    def __init__(self, split):
        self.split = split
        for name in ('NOUNS', 'MODIFIERS', 'ACRONYMS', 'VERBS', 'METHOD_HEADS', 'METHOD_TAILS', 'DATASETS', 'CATEGORIES', 'CHINESE_NOUNS',
                     'CHINESE_MODIFIERS', 'CHINESE_VERBS', 'CHINESE_CATEGORIES', 'SYLLABLES'):
            setattr(self, name.lower(), sides.of(dict.fromkeys(globals()[name]), split))
        for name in ('MEASURES', 'X_QUANTITIES', 'CHINESE_MEASURES', 'CHINESE_X'):
            setattr(self, name.lower(), [pair for pair in globals()[name] if sides.side(pair[0]) == split])


@lru_cache(None)
def vocabulary(split):
    return Vocabulary(split)


class Writer:
    """Writes labels for one scene: of one language (now and then a word of the other), never the same twice where `fresh` is asked for."""

    def __init__(self, rng, split='train', chinese=False):
        self.rng, self.words, self.chinese, self.used = rng, vocabulary(split), chinese, set()
        #: How a scene writes its labels: as they are, or all capitals or small letters.
        self.case = rng.choices(('as is', 'lower', 'upper'), (0.86, 0.09, 0.05))[0]

    def _cased(self, text):
        return text if self.case == 'as is' or len(text) < 4 else text.lower() if self.case == 'lower' else text.upper()

    def fresh(self, make, tries=12):
        """A label of `make()` that this scene has not used; the last try where all are."""
        for _ in range(tries):
            text = make()
            if text.lower() not in self.used:
                break
        self.used.add(text.lower())
        return text

    def part(self):
        """The name of a module, of one to three words."""
        return self._cased(self.fresh(self._part_zh if self.chinese and self.rng.random() < 0.85 else self._part_en))

    def _part_en(self):
        rng, w = self.rng, self.words
        kind = rng.random()
        if kind < 0.30:
            return f'{rng.choice(w.modifiers)} {rng.choice(w.nouns)}'
        if kind < 0.50:
            return rng.choice(w.nouns)
        if kind < 0.60:
            return rng.choice(w.acronyms)
        if kind < 0.68:
            return f'{rng.choice(w.acronyms)} {rng.choice(w.nouns)}'
        if kind < 0.75:
            return f'{rng.choice(w.modifiers)}-{rng.choice(w.nouns)}'
        if kind < 0.81:
            return self.method()
        if kind < 0.86:
            return f'{rng.choice(w.verbs)} {many(rng.choice(w.nouns))}' if rng.random() < 0.5 else f'{rng.choice(w.verbs)} the {rng.choice(w.nouns).lower()}'
        if kind < 0.91:
            return f'{rng.choice(w.modifiers)} {rng.choice(w.modifiers).lower()} {rng.choice(w.nouns).lower()}'
        if kind < 0.96:
            return f'{rng.choice(w.nouns)} {rng.choice("123456ABCDE")}'
        return f'{rng.choice(w.acronyms)} ×{rng.randint(2, 24)}' if rng.random() < 0.5 else f'Conv {rng.choice("1357")}×{rng.choice("1357")}, {2 ** rng.randint(4, 10)}'

    def _part_zh(self):
        rng, w = self.rng, self.words
        kind = rng.random()
        if kind < 0.45:
            return rng.choice(w.chinese_modifiers) + rng.choice(w.chinese_nouns)
        if kind < 0.75:
            return rng.choice(w.chinese_nouns)
        if kind < 0.85:
            return rng.choice(w.chinese_verbs) + rng.choice(w.chinese_nouns)
        if kind < 0.93:
            return f'{rng.choice(w.acronyms)} {rng.choice(w.chinese_nouns)}'
        return f'{rng.choice(w.chinese_nouns)} {rng.choice("123ABC")}'

    def token(self):
        """A word of a sentence."""
        words = self.words.chinese_categories if self.chinese else self.words.categories
        return self.rng.choice(words)

    def remark(self):
        """A few words below a name."""
        rng, w = self.rng, self.words
        if self.chinese:
            return rng.choice((f'{rng.choice(w.chinese_modifiers)}{rng.choice(w.chinese_nouns)}', f'宽度 {2 ** rng.randint(5, 10)}', f'{rng.randint(2, 24)} 层', f'权重 {rng.randint(1, 9) / 10}'))
        return rng.choice((f'{rng.choice(w.acronyms)} with {rng.choice(w.acronyms)}', f'{rng.choice(w.modifiers).lower()} {rng.choice(w.nouns).lower()}', f'{2 ** rng.randint(4, 10)} tokens, width {2 ** rng.randint(5, 10)}',
                           f'{rng.randint(2, 24)} layers', f'stride {rng.choice((1, 2, 4, 8, 16))}', f'weight {rng.randint(1, 9) / 10}', f'{rng.choice(w.verbs).lower()} {rng.choice(w.nouns).lower()}'))

    def group(self):
        """The name of a group of modules, or of a stage."""
        rng, w = self.rng, self.words
        kind = rng.random()
        if self.chinese:
            return self.fresh(lambda: rng.choice(('', f'阶段 {rng.randint(1, 4)}：')) + rng.choice(w.chinese_modifiers) + rng.choice(w.chinese_nouns))
        if kind < 0.2:
            return self.fresh(lambda: f'Stage {rng.randint(1, 5)}: {rng.choice(w.verbs)}')
        if kind < 0.35:
            return self.fresh(self.method)
        return self._cased(self.fresh(self._part_en))

    def method(self):
        """The name of a method: made up, so that none is a known one."""
        rng, w = self.rng, self.words
        kind = rng.random()
        if kind < 0.5:
            return rng.choice(w.method_heads) + rng.choice(w.method_tails)
        made = ''.join(rng.choice(w.syllables) for _ in range(rng.randint(2, 3))).capitalize()
        return made if kind < 0.65 else f'{made}-{rng.choice(w.method_tails)}'

    def series(self, ours=False):
        """The name of a curve, a group of bars or a row of a table."""
        rng, w = self.rng, self.words
        if ours:
            return self.fresh(lambda: rng.choice(('Ours', 'ours', f'{self.method()} (ours)', self.method()) if not self.chinese else ('本文方法', '我们的方法', f'{self.method()}（本文）')))
        kind = rng.random()

        def make():
            if self.chinese and kind < 0.5:
                return rng.choice(('无', '有', '仅', '')) + rng.choice(w.chinese_modifiers) + rng.choice(w.chinese_nouns)
            if kind < 0.55:
                return self.method()
            if kind < 0.66:
                return f'{self.method()}-{rng.choice("SMLBHT")}'
            if kind < 0.78:
                return f'{rng.choice(("w/o", "with", "+", "only", "no"))} {rng.choice(w.nouns).lower()}'
            if kind < 0.88:
                return f'{rng.choice(w.modifiers).lower()} {rng.choice(w.nouns).lower()}'
            if kind < 0.94:
                return f'{rng.choice("kndNKD")} = {rng.choice((1, 2, 4, 8, 16, 32, 64, 128))}'
            return rng.choice(w.acronyms)
        return self.fresh(make)

    def dataset(self):
        return self.fresh(lambda: self.rng.choice(self.words.datasets))

    def category(self):
        words = self.words.chinese_categories if self.chinese else self.words.categories
        make = lambda: self.rng.choice(words)
        if not self.chinese and self.rng.random() < 0.4:
            make = lambda: self.rng.choice(words).capitalize()
        return self.fresh(make)

    def measure(self):
        """(name, unit)."""
        return self.rng.choice(self.words.chinese_measures if self.chinese else self.words.measures)

    def x_quantity(self):
        return self.rng.choice(self.words.chinese_x if self.chinese else self.words.x_quantities)

    def with_unit(self, name, unit):
        if not unit or self.rng.random() < 0.25:
            return name
        return f'{name} ({unit})' if not self.chinese or self.rng.random() < 0.4 else f'{name}（{unit}）'

    def title(self):
        """The title of a plot, table or panel."""
        rng, w = self.rng, self.words
        if self.chinese:
            return rng.choice((f'{rng.choice(w.chinese_modifiers)}{rng.choice(w.chinese_nouns)}的{self.measure()[0]}', f'不同{rng.choice(w.chinese_nouns)}的比较',
                               f'{self.measure()[0]}随{self.x_quantity()[0]}的变化'))
        return rng.choice((f'{self.measure()[0]} on {rng.choice(w.datasets)}', f'{rng.choice(w.modifiers)} {rng.choice(w.nouns).lower()} on {rng.choice(w.datasets)}',
                           f'Effect of {rng.choice(w.nouns).lower()} {rng.choice(w.nouns).lower()}', f'{self.measure()[0]} vs. {self.x_quantity()[0].lower()}',
                           f'{rng.choice(w.modifiers)} {rng.choice(w.nouns).lower()}', rng.choice(w.datasets), f'Comparison of {many(rng.choice(w.nouns).lower())}'))

    def edge(self):
        """A short label beside an arrow, as runs."""
        rng, w = self.rng, self.words
        kind = rng.random()
        if kind < 0.35:
            return self.symbol()
        if kind < 0.55:
            return [(rng.choice((f'{2 ** rng.randint(4, 10)}-d', f'{rng.choice("CHWNTD")}×{rng.choice("HWDK")}', f'{rng.choice("CNB")}×H×W', f'×{rng.randint(2, 8)}',
                                 '1×1', '↑2×', '↓2×', '[CLS]', '<SEG>', '<SPE>')), 0)]
        if self.chinese:
            return [(rng.choice(w.chinese_nouns if kind < 0.8 else w.chinese_verbs), 0)]
        if kind < 0.75:
            return [((many if rng.random() < 0.3 else str)(rng.choice(w.nouns).lower()), 0)]
        return [(rng.choice(w.verbs).lower(), 0)]

    def symbol(self):
        """A variable with marks: x_img, h^2, as runs."""
        rng = self.rng
        runs = [(rng.choice(_FORMULA_NAMES), 0)]
        if rng.random() < 0.7:
            runs.append((rng.choice(_FORMULA_MARKS), -1))
        elif rng.random() < 0.4:
            runs.append((rng.choice(('2', 'T', "'", '*')), 1))
        return runs

    def formula(self):
        """A formula on one line, as runs."""
        rng = self.rng
        kind = rng.random()
        sum_of = lambda n: [run for i in range(n) for run in ([(' + ', 0)] if i else []) + ([('λ', 0), (rng.choice(_FORMULA_MARKS), -1), (' ', 0)] if rng.random() < 0.6 else [])
                            + [('L', 0), (rng.choice(_FORMULA_MARKS), -1)]]
        if kind < 0.4:
            return [('L', 0)] + ([(' = ', 0)] if rng.random() < 0.6 else [('total', -1), (' = ', 0)]) + sum_of(rng.randint(2, 3))
        if kind < 0.6:
            return self.symbol() + [(' = ', 0), (rng.choice('fgFGφψ'), 0), ('(', 0)] + self.symbol() + ([(', ', 0)] + self.symbol() if rng.random() < 0.5 else []) + [(')', 0)]
        if kind < 0.75:
            return self.symbol() + [(rng.choice((' ∈ ', ' ~ ')), 0)] + rng.choice(([('R', 0), (rng.choice(('N×D', 'd', 'H×W', 'C×H×W')), 1)], [('N(0, I)', 0)], [('[0, 1]', 0)]))
        if kind < 0.9:
            return self.symbol() + [(' = softmax(', 0)] + self.symbol() + [(rng.choice(' ·+'), 0)] + self.symbol() + [(')', 0)]
        return [('−Σ ', 0)] + self.symbol() + [(' log ', 0)] + self.symbol()


def many(noun):
    """The plural."""
    if noun[-1] == 'y' and noun[-2] not in 'aeiou':
        return noun[:-1] + 'ies'
    return noun + ('es' if noun[-1] in 'sxz' or noun.endswith(('sh', 'ch')) else 's')


def plain(runs):
    """The text of runs, as a reader of characters sees it: marks on the line, spaces single."""
    return ' '.join(''.join(text for text, _ in runs).split())
