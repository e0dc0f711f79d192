"""Every kind of job, one file each: `run(service, arguments, progress)`, see meddx.engine.jobs.Kind."""

from meddx.engine.jobs import Kind
from meddx.engine.kinds import every_frame

KINDS = {
    "every_frame": Kind(every_frame.run),
}
