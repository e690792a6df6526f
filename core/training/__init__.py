"""Training: data sets, batches, resumable runs, callbacks, evaluation. Never imports Gradio."""
