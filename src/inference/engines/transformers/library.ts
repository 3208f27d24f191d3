/**
 * What is used of transformers.js. The build makes a file of its own of this one (`dist/transformersLibrary.cjs`), which is
 * loaded when the first pack that needs it is opened (loading.ts).
 */
export {
  AutoModelForDepthEstimation,
  AutoModelForImageSegmentation,
  AutoModelForImageTextToText,
  AutoModelForVision2Seq,
  AutoModelForZeroShotObjectDetection,
  AutoImageProcessor,
  AutoProcessor,
  AutoTokenizer,
  BaseStreamer,
  env,
  LogLevel,
  PreTrainedModel,
  RawImage,
  StoppingCriteria,
  Tensor,
} from '@huggingface/transformers';
