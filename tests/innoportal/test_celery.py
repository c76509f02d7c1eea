from innoportal.celery import app


def test_each_task_of_the_schedule_exists():
    app.loader.import_default_modules()
    wanted = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert wanted - set(app.tasks) == set()
