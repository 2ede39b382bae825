"""Checks that fail together."""

from __future__ import annotations

from tests.isolation.checks import http, reads, writes

READS = (
    reads.the_orm_shows_a_exactly_its_own_rows,
    reads.plain_sql_shows_a_exactly_its_own_rows,
    reads.no_join_reaches_bs_rows,
    reads.bs_rows_do_not_exist_for_a,
    reads.no_expression_is_evaluated_on_bs_rows,
    reads.copy_to_writes_only_as_rows,
    reads.no_readable_relation_shows_b,
)
WRITES = (
    writes.a_cannot_insert_for_b,
    writes.a_cannot_move_a_row_to_b,
    writes.a_cannot_change_bs_rows,
    writes.a_cannot_delete_bs_rows,
)
# Last in each list: where it fails, B's rows are gone.
LAST = (writes.bs_rows_outlive_what_a_commits,)
HTTP = (http.bs_ids_answer_like_ids_of_nobody, http.no_answer_of_as_holds_anything_of_bs)
