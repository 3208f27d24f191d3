"""The promptable segmenter: an image encoder that runs once per view and a mask decoder that runs once per prompt.

A view is the whole picture or a crop of it, resized to H x W pixels (multiples of 32). Prompts are in pixels of the
view, x to the right and y down, (0, 0) the outer corner of the first pixel. The division of labour and the prompt
signature follow Segment Anything (Kirillov et al. 2023); click maps, the previous mask as input and iterative
training follow RITM (Sofiiuk et al. 2021); similarity to masked-average prototypes follows PANet (Wang et al. 2019).
"""
import torch
from torch import nn
from torch.nn import functional as F

from backbone import ShufflePan

EMBEDDINGS = ('features_4', 'features_8', 'features_16', 'features_32')
WIDTHS = (32, 64, 96, 112)      # channels of the embeddings at strides 4, 8, 16, 32
MASKS = 3                       # 0: the single best choice; 1 and 2: alternatives (part, whole)
MASK_STRIDE = 2
KEY, HEADS = 64, 4              # width and number of heads of the similarity maps


class ConvNorm(nn.Sequential):
    """3x3 convolution, batch normalisation, ReLU."""

    def __init__(self, c_in, c_out, stride=1, kernel=3):
        super().__init__(nn.Conv2d(c_in, c_out, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(c_out), nn.ReLU(inplace=True))


class Residual(nn.Module):
    """x + conv(relu(bn(conv(x)))); the second normalisation starts at zero, so a new block starts as identity."""

    def __init__(self, c):
        super().__init__()
        self.first = ConvNorm(c, c)
        self.conv = nn.Conv2d(c, c, 3, 1, 1, bias=False)
        self.norm = nn.BatchNorm2d(c)
        nn.init.zeros_(self.norm.weight)

    def forward(self, x):
        return F.relu(x + self.norm(self.conv(self.first(x))))


def upsample(x, factor=2.0):
    return F.interpolate(x, scale_factor=factor, mode='bilinear', align_corners=False)


def join(*maps):
    """Concatenates channels in the first map's precision and memory layout (mixed layouts train several times slower)."""
    return torch.cat([m.to(maps[0].dtype).contiguous(memory_format=torch.channels_last) for m in maps], 1)


class Encoder(nn.Module):
    """View [B, 3, H, W], normalised -> EMBEDDINGS, a pyramid with WIDTHS channels at strides 4, 8, 16, 32."""

    def __init__(self):
        super().__init__()
        self.backbone = ShufflePan()
        w4, w8, w16, w32 = WIDTHS
        self.in32 = nn.Sequential(ConvNorm(96, w32), Residual(w32))
        self.to16 = ConvNorm(w32, 64, kernel=1)
        self.in16 = nn.Sequential(ConvNorm(96 + 64, w16), Residual(w16))
        self.to8 = ConvNorm(w16, 32, kernel=1)
        self.in8 = nn.Sequential(ConvNorm(96 + 32, w8), Residual(w8))
        self.to4 = ConvNorm(w8, 24, kernel=1)
        self.detail = ConvNorm(24, 24, 2)
        self.in4 = ConvNorm(24 + 24 + 24, w4)

    def forward(self, pixel_values):
        s2, s4, p8, p16, p32 = self.backbone(pixel_values)
        f32 = self.in32(p32)
        f16 = self.in16(join(p16, upsample(self.to16(f32))))
        f8 = self.in8(join(p8, upsample(self.to8(f16))))
        f4 = self.in4(join(s4, self.detail(s2), upsample(self.to4(f8))))
        return f4, f8, f16, f32


class Prompts(nn.Module):
    """Turns prompts into maps at stride 4 and into weights for sampling features at stride 8.

    point_coords [B, N, 2] (x, y), point_labels [B, N]: 1 positive, 0 negative, 2 box top-left, 3 box bottom-right,
    4 sample of a positive stroke, -1 padding. mask_input [B, 1, H/4, W/4] logits, has_mask_input [B].
    """
    MAPS = 11

    def forward(self, coords, labels, mask, has_mask):
        h, w = mask.shape[2], mask.shape[3]
        x, y = coords[..., 0:1], coords[..., 1:2]                                    # [B, N, 1]
        grid_x = (torch.arange(w, device=coords.device, dtype=coords.dtype) + 0.5) * 4.0
        grid_y = (torch.arange(h, device=coords.device, dtype=coords.dtype) + 0.5) * 4.0
        dx, dy = grid_x - x, grid_y - y                                              # [B, N, w], [B, N, h]

        click = (labels == 1).to(x.dtype).unsqueeze(-1)
        stroke = (labels == 4).to(x.dtype).unsqueeze(-1)
        negative = (labels == 0).to(x.dtype).unsqueeze(-1)

        def blobs(weight, sigma):
            """The highest of the Gaussians with this sigma, in pixels, around the points that weigh 1."""
            gx = torch.exp(dx * dx * (-0.5 / sigma ** 2)) * weight
            gy = torch.exp(dy * dy * (-0.5 / sigma ** 2))
            return (gy.unsqueeze(3) * gx.unsqueeze(2)).amax(1)                       # [B, h, w]

        def edge(d, weight):
            """Soft step over one corner's coordinate: signed distance, in 8 pixels, clamped, of the weighted corner."""
            return ((d * weight).sum(1) / 8.0).clamp(-4.0, 4.0)

        first, last = ((labels == k).to(x.dtype).unsqueeze(-1) for k in (2, 3))
        has_box = first.amax(1).unsqueeze(2)                                         # [B, 1, 1]
        ex = torch.minimum(edge(dx, first), edge(-dx, last))                         # > 0 between left and right
        ey = torch.minimum(edge(dy, first), edge(-dy, last))
        signed = torch.minimum(ex.unsqueeze(1), ey.unsqueeze(2)) * has_box           # > 0 inside the box
        inside = (signed + 0.5).clamp(0.0, 1.0) * has_box
        has = has_mask.reshape(-1, 1, 1)
        previous = torch.sigmoid(mask[:, 0]) * has
        flat = torch.ones_like(previous)
        positive = click + stroke
        maps = torch.stack([
            blobs(positive, 5.0), blobs(positive, 24.0), blobs(stroke, 8.0),
            blobs(negative, 5.0), blobs(negative, 24.0),
            inside, signed * 0.25, has_box * flat,
            previous, mask[:, 0].clamp(-8.0, 8.0) * 0.125 * has, has * flat,
        ], 1)

        def tents(weight):
            """Bilinear sampling at stride 8 as a weight per cell: [B, N, h/2 * w/2], zero for points that weigh 0."""
            tx = (1.0 - (dx.unflatten(-1, (-1, 2)).mean(-1) / 8.0).abs()).clamp(min=0.0) * weight
            ty = (1.0 - (dy.unflatten(-1, (-1, 2)).mean(-1) / 8.0).abs()).clamp(min=0.0)
            return (ty.unsqueeze(3) * tx.unsqueeze(2)).flatten(2)

        return maps, inside, previous, tents(positive), tents(negative)


class Similarity(nn.Module):
    """Cosine similarity, in HEADS groups of channels, of every cell's key to the nearest of a set of prototypes."""

    def forward(self, keys, prototypes, present):
        """keys [B, P, KEY] unit per head, prototypes [B, N, KEY], present [B, N] -> [B, HEADS, P]; 0 when none is present."""
        b, p, _ = keys.shape
        q = prototypes.reshape(b, -1, HEADS, KEY // HEADS)
        q = q * torch.rsqrt((q * q).sum(-1, keepdim=True) + 1e-6)
        k = keys.reshape(b, p, HEADS, KEY // HEADS)
        s = torch.matmul(q.transpose(1, 2), k.permute(0, 2, 3, 1))                   # [B, HEADS, N, P]
        s = (s + 1.0) * present.unsqueeze(1).unsqueeze(3)
        return s.amax(2)                                                              # 0 .. 2


class Film(nn.Module):
    """Scale and shift of channels from the prompt's vector (Perez et al. 2018); starts as identity."""

    def __init__(self, c_prompt, c):
        super().__init__()
        self.linear = nn.Linear(c_prompt, 2 * c)
        nn.init.zeros_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)

    def forward(self, x, prompt):
        scale, shift = self.linear(prompt).unsqueeze(-1).unsqueeze(-1).chunk(2, 1)
        return x * (1.0 + scale) + shift


class Decoder(nn.Module):
    """EMBEDDINGS and prompts -> mask logits [B, MASKS, H/2, W/2], predicted IoU [B, MASKS], coarse logits [B, 1, H/8, W/8]."""

    def __init__(self):
        super().__init__()
        w4, w8, w16, w32 = WIDTHS
        maps, sims = Prompts.MAPS, 4 * HEADS
        self.prompts, self.similarity = Prompts(), Similarity()
        self.key = nn.Conv2d(w8 + 32, KEY, 1)
        self.key16 = nn.Conv2d(w16, 32, 1)
        self.token = nn.Sequential(nn.Linear(4 * KEY + 4, 96), nn.ReLU(inplace=True))
        self.in16 = ConvNorm(w16 + maps + sims, w16)
        self.film16 = Film(96, w16)
        self.down = ConvNorm(w16, w32, 2)
        self.film32 = Film(96, w32)
        self.mid32 = nn.Sequential(Residual(w32), Residual(w32))
        self.to16 = ConvNorm(w32, w16, kernel=1)
        self.out16 = Residual(w16)
        self.to8 = ConvNorm(w16, w8, kernel=1)
        self.in8 = ConvNorm(w8 + maps + sims, w8)
        self.film8 = Film(96, w8)
        self.out8 = Residual(w8)
        self.coarse = nn.Conv2d(w8, 1, 1)
        self.to4 = ConvNorm(w8, w4, kernel=1)
        self.in4 = ConvNorm(w4 + maps + 2 * HEADS + 1, w4)
        self.out4 = Residual(w4)
        self.head = nn.Conv2d(w4, MASKS * (4 // MASK_STRIDE) ** 2, 1)
        self.quality = nn.Sequential(nn.Linear(w32 + w8 + 96 + 2 * KEY + 2, 64), nn.ReLU(inplace=True), nn.Linear(64, MASKS))

    def forward(self, features_4, features_8, features_16, features_32, point_coords, point_labels, mask_input, has_mask_input):
        maps, inside, previous, positive, negative = self.prompts(point_coords, point_labels, mask_input, has_mask_input)
        maps8 = F.avg_pool2d(maps, 2)
        maps16 = F.avg_pool2d(maps8, 2)

        # keys of all cells at stride 8, unit length per head
        keys = self.key(join(features_8, upsample(self.key16(features_16))))
        b, _, h, w = keys.shape
        keys = keys.flatten(2).transpose(1, 2).reshape(b, h * w, HEADS, KEY // HEADS).float()
        keys = (keys * torch.rsqrt((keys * keys).sum(-1, keepdim=True) + 1e-6)).reshape(b, h * w, KEY)

        def pooled(weights):
            """Mean key under the weights [B, N, h * w], and whether there was any weight."""
            total = weights.sum(2, keepdim=True)
            return torch.matmul(weights, keys) / (total + 1e-4), (total[..., 0] > 1e-3).to(keys.dtype)

        def half(m):
            return F.avg_pool2d(m.unsqueeze(1), 2).flatten(2)

        box_in, mask_in = half(inside), half(previous)
        has_box, has_mask = (m.amax(2, keepdim=True) > 0.0 for m in (box_in, mask_in))
        groups = [pooled(positive), pooled(negative), pooled(box_in), pooled(mask_in)]
        sims = torch.cat([self.similarity(keys, p, on) for p, on in groups], 1).reshape(b, 4 * HEADS, h, w)
        means = [(p * on.unsqueeze(2)).sum(1) / on.sum(1, keepdim=True).clamp(min=1.0) for p, on in groups]
        token = self.token(torch.cat(means + [on.amax(1, keepdim=True) for _, on in groups], 1))

        x16 = self.film16(self.in16(join(features_16, maps16, F.avg_pool2d(sims, 2))), token)
        x32 = self.mid32(self.film32(self.down(x16) + features_32, token))
        x16 = self.out16(x16 + upsample(self.to16(x32)))
        x8 = self.film8(self.in8(join(features_8 + upsample(self.to8(x16)), maps8, sims)), token)
        x8 = self.out8(x8)

        # a first mask at stride 8, whose foreground and background prototypes say where the fine stage should look
        coarse = self.coarse(x8)
        inner = torch.sigmoid(coarse.float()).flatten(2)
        again = [pooled(inner), pooled(1.0 - inner)]
        sims = torch.cat([self.similarity(keys, p, on) for p, on in again], 1).reshape(b, 2 * HEADS, h, w)
        x4 = self.in4(join(features_4 + upsample(self.to4(x8)), maps, upsample(join(coarse, sims))))
        masks = F.pixel_shuffle(self.head(self.out4(x4)), 4 // MASK_STRIDE)
        # judged from outside: the score learns, what it looks at does not learn from it
        sure = (inner * inner).sum(2) / (inner.sum(2) + 1e-4)                        # mean probability inside the mask
        seen = torch.cat([x32.mean((2, 3)), x8.mean((2, 3)), token, again[0][0][:, 0], again[1][0][:, 0], sure, inner.mean(2)], 1)
        return masks, torch.sigmoid(self.quality(seen.detach())), coarse


class Segmenter(nn.Module):
    """Encoder and decoder together, as they are trained."""

    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = Encoder(), Decoder()
