"""Make the first tables: cases, answers, findings, opinions and secrets."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "recorded_case",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("image_hash", sa.String(32), nullable=False, unique=True),
        sa.Column("patient_hash", sa.String(64), nullable=False, index=True),
        sa.Column("file_name", sa.LargeBinary, nullable=False),
        sa.Column("image", sa.LargeBinary),
        sa.Column("recorded", sa.String(32), nullable=False),
        sa.Column("last_recorded", sa.String(32), nullable=False, index=True),
    )
    op.create_table(
        "recorded_answer",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("recorded_case.id", ondelete="CASCADE"), nullable=False),
        sa.Column("frame", sa.Integer, nullable=False),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("calibrated", sa.Boolean, nullable=False),
        sa.Column("cautions", sa.LargeBinary, nullable=False),
        sa.Column("recorded", sa.String(32), nullable=False),
        sa.UniqueConstraint("case_id", "frame", "model", "fingerprint"),
    )
    op.create_table(
        "recorded_finding",
        sa.Column("answer_id", sa.Integer, sa.ForeignKey("recorded_answer.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("label", sa.String(200), primary_key=True),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("probability", sa.Float(53), nullable=False),
        sa.Column("threshold", sa.Float(53)),
        sa.Column("is_finding", sa.Boolean, nullable=False),
        sa.Column("in_prediction_set", sa.Boolean),
    )
    op.create_table(
        "recorded_opinion",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("token", sa.String(32), nullable=False, unique=True),
        sa.Column(
            "answer_id", sa.Integer, sa.ForeignKey("recorded_answer.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("verdict", sa.String(20)),
        sa.Column("corrected", sa.String(200), nullable=False),
        sa.Column("note", sa.LargeBinary),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("recorded", sa.String(32), nullable=False),
    )
    op.create_table(
        "records_secret",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("secret", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """Remove the tables with all that they hold."""
    for table in ("recorded_opinion", "recorded_finding", "recorded_answer", "recorded_case", "records_secret"):
        op.drop_table(table)
