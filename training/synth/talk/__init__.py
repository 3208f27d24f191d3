"""What is said about scenes, sounds and motions: captions, questions and answers, in English and Chinese, by rule."""
