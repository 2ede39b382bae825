"""`docs/how-to/relationships.md` is executed; what it declares loads at once and reaches no other tenant."""

from __future__ import annotations

import pytest

from tests.integration.migrations.tree import Tree
from tests.support.howto import HOW_TO, ended, follow

pytestmark = pytest.mark.slow

PAGE = HOW_TO / "relationships.md"
ATTACKED = """
from contextlib import contextmanager
from uuid import uuid4

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload, selectinload

from tenantapp.db.session import db
from tenantapp.resources.projects.models import Milestone, Project, ProjectMember
from tenantapp.tenancy.context import tenant_context
from tenantapp.testing.observation import traffic
from tenantapp.identity.users.models import User

WAYS = (None, selectinload, joinedload)


@pytest.fixture
def working_as(app):
    @contextmanager
    def work(tenant):
        with app.app_context(), tenant_context(tenant.context):
            yield

    return work


def user(**fields):
    return User(name="Ada", email=f"{uuid4().hex}@users.example", **fields)


def test_the_tables_are_isolated(assert_isolated):
    for model in (Project, Milestone, ProjectMember):
        assert_isolated(model)


def test_collections_take_a_statement_each_however_many_rows_there_are(app, neighbours, working_as):
    with working_as(neighbours.a):
        for _ in range(5):
            milestones = [Milestone(title="Design"), Milestone(title="Build")]
            db.session.add(Project(members=[user(), user()], milestones=milestones))
        db.session.commit()
    for way, statements in ((selectinload, 3), (joinedload, 1)):
        with working_as(neighbours.a), traffic(app) as seen:
            loaded = way(Project.milestones), way(Project.members)
            projects = db.session.scalars(select(Project).options(*loaded)).unique().all()
            sizes = sorted((len(each.milestones), len(each.members)) for each in projects)
            assert sizes[-5:] == [(2, 2)] * 5
            assert len(seen.statements) == statements


def test_members_come_and_go_and_the_association_is_the_tenants(neighbours, working_as):
    with working_as(neighbours.a):
        ada, bob = user(), user()
        project = Project(members=[ada, bob])
        db.session.add(project)
        db.session.commit()
        project.members.remove(ada)
        db.session.commit()
        assert ada.projects == []
        (left,) = db.session.scalars(select(ProjectMember).where(ProjectMember.project_id == project.id))
        assert (left.user_id, left.tenant_id) == (bob.id, neighbours.a.id)


def test_a_members_deleted_projects_are_left_out_whichever_way_they_are_loaded(neighbours, working_as):
    with working_as(neighbours.a):
        ada = user()
        gone, there = Project(members=[ada]), Project(members=[ada])
        db.session.add_all([gone, there])
        db.session.flush()
        gone.deleted_at = gone.created_at
        db.session.commit()
        ada_id, there_id, gone_id = ada.id, there.id, gone.id
    for way in WAYS:
        for asked, expected in ((False, {there_id}), (True, {there_id, gone_id})):
            with working_as(neighbours.a):
                options = [way(User.projects)] if way else []
                statement = select(User).where(User.id == ada_id).options(*options)
                found = db.session.scalars(statement.execution_options(include_deleted=asked)).unique().one()
                # What is loaded later asks for itself.
                assert {each.id for each in found.projects} == (expected if way else {there_id})


def test_no_association_reaches_another_tenants_row(neighbours, working_as):
    theirs, their_user = (
        neighbours.b.row(model.__table__)["id"] for model in (Project, User)
    )
    with working_as(neighbours.a):
        own = Project(members=[user()])
        db.session.add(own)
        db.session.commit()
        forged = (
            ProjectMember(project_id=own.id, user_id=their_user),
            ProjectMember(project_id=theirs, user_id=own.members[0].id),
            Milestone(title="Forged", project_id=theirs),
        )
        for row in forged:
            db.session.add(row)
            with pytest.raises(IntegrityError, match="foreign key"):
                db.session.flush()
            db.session.rollback()
        for statement in (update(ProjectMember).values(row_version=9), delete(ProjectMember)):
            db.session.execute(statement.where(ProjectMember.project_id == theirs))
        db.session.commit()
    with working_as(neighbours.b):
        kept = db.session.scalars(select(ProjectMember).where(ProjectMember.project_id == theirs))
        planted = [each for each in neighbours.b.rows["project_members"] if each["project_id"] == theirs]
        assert planted
        assert {each.id: each.row_version for each in kept} == {
            each["id"]: each["row_version"] for each in planted
        }


def test_rows_of_the_same_ids_are_each_tenants_own(neighbours, working_as):
    project_id, user_id = uuid4(), uuid4()
    both = neighbours.a, neighbours.b
    for tenant in both:
        with working_as(tenant):
            milestone = Milestone(title=str(tenant.id))
            db.session.add(Project(id=project_id, members=[user(id=user_id)], milestones=[milestone]))
            db.session.commit()
    for tenant in both:
        for way in WAYS:
            with working_as(tenant):
                options = [way(Project.milestones), way(Project.members)] if way else []
                project = db.session.get(Project, project_id, options=options)
                (member,), (milestone,) = project.members, project.milestones
                assert (member.id, member.tenant_id) == (user_id, tenant.id)
                assert (milestone.title, milestone.tenant_id) == (str(tenant.id), tenant.id)
    with working_as(neighbours.a):
        project = db.session.get(Project, project_id)
        project.members.clear()
        db.session.commit()
    with working_as(neighbours.b):
        assert [each.id for each in db.session.get(Project, project_id).members] == [user_id]
"""


def test_the_page_makes_relationships_that_stay_in_the_tenant(tree: Tree) -> None:
    follow(tree, PAGE)
    (tree.root / "test_attacked.py").write_text(ATTACKED)
    assert "6 passed" in ended(tree, "pytest", "-q", "-p", "no:cacheprovider", "test_attacked.py")
