"""The second method of reading a schedule: the supporting data of CDSi, the US CDC's "Clinical Decision Support for
Immunization", evaluated as its Logic Specification (4.x) says. Pure functions of plain values, without Django.

    schedule = load_schedule("US-2021-05")
    answering.forecast(person, on, schedule) -> Answer

`reading` turns the publisher's XML into a `schedule.Schedule`; `evaluation` judges each dose against each series,
`forecasting` gives each series its status and dates, `selection` chooses the series that fits best, `answering` is the
front door, `writing` puts the answer into the format of `forecast`. Which rule sets there are: `schedules/cdsi/`.
No user is offered them (docs/adr/0009-foreign-schedules.md).
"""
