"""A small REDCap project of our own making, with the traps of real ones. Every patient is made up."""

from __future__ import annotations

from tests.support.tables import ANSWERS, OPTIONS, QUESTIONS, cells, lines

CHOICES = " | ".join(f"{value}, {text}" for value, text in enumerate(OPTIONS))
HEADER = (
    "Variable / Field Name,Form Name,Section Header,Field Type,Field Label,"
    '"Choices, Calculations, OR Slider Labels",Field Note,Text Validation Type OR Show Slider Number,'
    "Identifier?"
)
API = (
    "field_name,form_name,section_header,field_type,field_label,select_choices_or_calculations,note,x,"
    "identifier"
)


def dictionary(*more: list[object], header: str = HEADER) -> bytes:
    """Background with a checkbox of a minus code, mood with the PHQ-9 and a calculated total, injections."""
    items: list[list[object]] = [
        [f"phq_{number}", "mood", "Over the <i>last</i>", "radio", f"{number}. {text}?", CHOICES, "", "", ""]
        for number, text in enumerate(QUESTIONS, 1)
    ]
    rows: list[list[object]] = [
        ["record_id", "background", "", "text", "Study code", "", "", "", ""],
        ["dob", "background", "", "text", "Date of birth", "", "", "date_dmy", "y"],
        ["sex", "background", "", "radio", "Sex", "1, Female | 2, Male", "", "", ""],
        ["side", "background", "", "radio", "Which side?", "1, <b>Right</b> | 2, Left", "", "", ""],
        ["eye", "background", "", "checkbox", "Eye", "1, Dry | A, Watering | -99, None", "", "", ""],
        *items,
        ["phq_total", "mood", "", "calc", "PHQ-9 total", "sum([phq_1],[phq_2])", "", "", ""],
        ["inj_date", "injection", "", "text", "Injection on", "", "", "date_ymd", ""],
        *more,
    ]
    return (header + "\n").encode() + lines(rows)


DATA_HEADER = [
    *(
        "record_id",
        "redcap_event_name",
        "redcap_repeat_instrument",
        "redcap_repeat_instance",
        "dob",
        "sex",
        "side",
    ),
    *("eye___1", "eye___a", "eye____99", "background_complete", "mood_timestamp"),
    *(f"phq_{number}" for number in range(1, 10)),
    *("phq_total", "mood_complete", "inj_date", "injection_complete"),
]


def rows() -> list[list[object]]:
    """Records 1 to 3 at two events, the last unsent; record 3 has two injections."""
    found: list[list[object]] = []
    for number, given in enumerate(ANSWERS, 1):
        facts = ["1960-02-11", 1, 2, 1, 0, 0, 2]
        answers = [f"2024-03-0{number} 10:00:00", *cells(given, range(4)), 10, 2]
        found.append([number, "baseline_arm_1", "", "", *facts, *answers, "", ""])
    later = [*[""] * 7, "2024-06-01 10:00:00", *cells(ANSWERS[1], range(4)), 15, 0]
    found.append([2, "month_3_arm_1", "", "", *later, "", ""])
    for instance, day in enumerate(("2024-03-15", "2024-06-15"), 1):
        found.append([3, "baseline_arm_1", "injection", instance, *[""] * 7, "", *[""] * 11, day, 2])
    return found


def data(table: list[list[object]] | None = None) -> bytes:
    """The data, raw, with codes."""
    return lines([DATA_HEADER, *(rows() if table is None else table)])


def xml(attributes: str = "", codes: str = "") -> bytes:
    """The mood form and two of its records as a project."""
    items = "".join(
        f'<ItemDef OID="phq_{number}" redcap:Variable="phq_{number}" redcap:FieldType="radio">'
        f"<Question><TranslatedText>{text}</TranslatedText></Question>"
        '<CodeListRef CodeListOID="phq.choices"/></ItemDef>'
        for number, text in enumerate(QUESTIONS, 1)
    )
    refs = "".join(f'<ItemRef ItemOID="phq_{number}"/>' for number in range(1, 10))
    choices = "".join(
        f'<CodeListItem CodedValue="{value}"><Decode><TranslatedText>{text}</TranslatedText></Decode>'
        "</CodeListItem>"
        for value, text in enumerate(OPTIONS)
    )
    subjects = ""
    for record, given in enumerate(ANSWERS[:2], 1):
        values = "".join(
            f'<ItemData ItemOID="phq_{number}" Value="{"" if value is None else value}"/>'
            for number, value in enumerate(given, 1)
        )
        day = f'<ItemData ItemOID="day" Value="2024-03-0{record}"/>'
        subjects += (
            f'<SubjectData SubjectKey="{record}"><StudyEventData redcap:UniqueEventName="baseline_arm_1">'
            f'<FormData FormOID="Form.mood" FormRepeatKey="1"><ItemGroupData>{day}{values}</ItemGroupData>'
            "</FormData></StudyEventData></SubjectData>"
        )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{attributes}<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" '
        'xmlns:redcap="https://projectredcap.org"><Study><GlobalVariables>'
        f"<redcap:MissingDataCodes>{codes}</redcap:MissingDataCodes></GlobalVariables><MetaDataVersion>"
        '<FormDef OID="Form.mood" redcap:FormName="mood"><ItemGroupRef ItemGroupOID="g"/></FormDef>'
        f'<ItemGroupDef OID="g"><ItemRef ItemOID="record_id"/><ItemRef ItemOID="day"/>{refs}</ItemGroupDef>'
        '<ItemDef OID="record_id" redcap:Variable="record_id" redcap:FieldType="text"/>'
        '<ItemDef OID="day" redcap:Variable="day" redcap:FieldType="text" '
        'redcap:TextValidationType="date_ymd"/>'
        f'{items}<CodeList OID="phq.choices">{choices}</CodeList></MetaDataVersion></Study>'
        f"<ClinicalData>{subjects}</ClinicalData></ODM>"
    ).encode()
