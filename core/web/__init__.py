"""The web app: server, pages, event handlers, theme. Everything that imports Gradio."""
