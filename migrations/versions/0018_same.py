"""What two codes, names, numbers, sites and visits are compared by; codes that read the same are taken once.

Patients of one study and visits of one patient that read the same stay as they are: all but the first are
numbered as twins, which `seventh study show` and Needs a person list.
"""

import sqlalchemy as sa
from alembic import op

# What is filled here must be what the program compares with.
from surveys import same

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

AT_ONCE = 1000
TEXT = {"type_": sa.String(), "nullable": False, "server_default": ""}
NUMBER = {"type_": sa.Integer(), "nullable": False, "server_default": "0"}
COLUMNS = {
    "contact": {"hospital_number_folded": {"type_": sa.String()}, "searched": TEXT, "telephone_digits": TEXT},
    "patient": {"code_folded": TEXT, "site_folded": {"type_": sa.String()}, "twin": NUMBER},
    "visit": {"name_folded": TEXT, "twin": NUMBER},
}


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        for name, kind in columns.items():
            op.add_column(table, sa.Column(name, **kind))
    _fill_contacts()
    _fill_patients()
    _fill_visits()
    op.drop_index('ix_contact_hospital_number', table_name='contact')
    op.create_index('ix_contact_hospital_number_folded', 'contact', ['hospital_number_folded'])
    op.create_index('ix_patient_site_folded', 'patient', ['study_id', 'site_folded'])
    op.create_index('uq_patient_code_folded', 'patient', ['study_id', 'code_folded', 'twin'], unique=True)
    op.create_index(
        'uq_visit_name_folded', 'visit', ['patient_id', 'name_folded', 'occurrence', 'twin'], unique=True
    )


def downgrade() -> None:
    op.drop_index('uq_visit_name_folded', table_name='visit')
    op.drop_index('uq_patient_code_folded', table_name='patient')
    op.drop_index('ix_patient_site_folded', table_name='patient')
    op.drop_index('ix_contact_hospital_number_folded', table_name='contact')
    op.create_index('ix_contact_hospital_number', 'contact', ['hospital_number'])
    for table, columns in COLUMNS.items():
        for name in columns:
            op.drop_column(table, name)


def _fill_contacts() -> None:
    rows = op.get_bind().execute(sa.text("SELECT id, name, hospital_number, email, telephone FROM contact"))
    _update("contact", "id", [
        {
            "of_id": row.id,
            "hospital_number_folded": _folded(row.hospital_number),
            "searched": same.searched(" ".join(filter(None, (row.name, row.hospital_number, row.email)))),
            "telephone_digits": same.telephone(row.telephone or ""),
        }
        for row in rows
    ])


def _fill_patients() -> None:
    rows = op.get_bind().execute(sa.text("SELECT id, study_id, code, site FROM patient ORDER BY id"))
    seen: dict[tuple[int, str], int] = {}
    filled = []
    for row in rows:
        code = same.folded(row.code)
        twin = seen[row.study_id, code] = seen.get((row.study_id, code), -1) + 1
        filled.append(
            {"of_id": row.id, "code_folded": code, "site_folded": _folded(row.site), "twin": twin}
        )
    _update("patient", "id", filled)


def _fill_visits() -> None:
    names = op.get_bind().execute(sa.text("SELECT DISTINCT name FROM visit")).scalars()
    _update("visit", "name", [{"of_name": name, "name_folded": same.folded(name)} for name in names])
    alike = op.get_bind().execute(
        sa.text(
            "SELECT id, row_number() OVER (PARTITION BY patient_id, name_folded, occurrence ORDER BY id) - 1"
            " AS twin FROM visit"
        )
    )
    _update("visit", "id", [{"of_id": row.id, "twin": row.twin} for row in alike if row.twin])


def _update(table: str, key: str, filled: list[dict[str, object]]) -> None:
    if not filled:
        return
    columns = ", ".join(f"{name} = :{name}" for name in filled[0] if name != f"of_{key}")
    statement = sa.text(f"UPDATE {table} SET {columns} WHERE {key} = :of_{key}")
    for start in range(0, len(filled), AT_ONCE):
        op.get_bind().execute(statement, filled[start : start + AT_ONCE])


def _folded(text: str | None) -> str | None:
    return None if text is None else same.folded(text)
