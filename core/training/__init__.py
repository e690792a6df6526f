"""Training: data sets, batches, runs that survive a kill, callbacks, evaluation. Never imports Gradio."""
