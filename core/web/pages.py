"""What an `interface.py` imports: a page, its inputs, its results, and the files that its handlers write."""

from __future__ import annotations

from core.web.admission import holds
from core.web.background import background_job
from core.web.camera import camera
from core.web.comparison import comparison
from core.web.components import (
    CROPPABLE,
    FILLING,
    PLACE_X,
    PLACE_Y,
    SHEET,
    UNLABELED,
    Dropped,
    captioned_image,
    chart,
    clickable_picture,
    column,
    examples,
    grid_classes,
    picture_input,
    random_seed,
    result_picture,
    seed_number,
    seed_with_button,
    sketchpad,
    workbench,
)
from core.web.file_inputs import table_input, text_input
from core.web.masks import mask_editor, write_mask
from core.web.output_files import (
    WRITING,
    convert,
    new_file,
    stem,
    write_all,
    write_file,
    write_png,
    write_result,
    write_sketch,
)
from core.web.page import Page, message_page, require, tabbed
from core.web.runs import Demo
from core.web.sources import picture_source, sound_source, table_source, text_source
from core.web.stage import STOP, Stage, before_after_stage, download_button, write_before_after

__all__ = [
    "CROPPABLE",
    "FILLING",
    "PLACE_X",
    "PLACE_Y",
    "SHEET",
    "STOP",
    "UNLABELED",
    "WRITING",
    "Demo",
    "Dropped",
    "Page",
    "Stage",
    "background_job",
    "before_after_stage",
    "camera",
    "captioned_image",
    "chart",
    "clickable_picture",
    "column",
    "comparison",
    "convert",
    "download_button",
    "examples",
    "grid_classes",
    "holds",
    "mask_editor",
    "message_page",
    "new_file",
    "picture_input",
    "picture_source",
    "random_seed",
    "require",
    "result_picture",
    "seed_number",
    "seed_with_button",
    "sketchpad",
    "sound_source",
    "stem",
    "tabbed",
    "table_input",
    "table_source",
    "text_input",
    "text_source",
    "workbench",
    "write_all",
    "write_before_after",
    "write_file",
    "write_mask",
    "write_png",
    "write_result",
    "write_sketch",
]
