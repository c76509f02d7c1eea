import rules

from accounts.roles import is_office

rules.add_perm("desk.work_queue", is_office)
