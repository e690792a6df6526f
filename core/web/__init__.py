"""The web app: server, home page, pages of plugins, handlers, charts, theme. Nothing else in core imports Gradio."""
