import { expect, test } from "vitest";
import { sessionDefault, sessionValueIn } from "../../../core/src/sql/session-value.js";

test.each([
  ["current_setting('app.tenant')", "current_setting('app.tenant')", true],
  ["current_setting('app.tenant'::text)", "current_setting('app.tenant'::text)", true],
  ["lower( CURRENT_SETTING ( 'app.tenant', false ))", "CURRENT_SETTING ( 'app.tenant', false )", true],
  ["current_setting('app.tenant', true)", "current_setting('app.tenant', true)", false],
  ["coalesce(current_setting('app.tenant', TRUE), 'a')", "current_setting('app.tenant', TRUE)", false],
  ["current_setting('app.' || 'tenant')", "current_setting('app.' || 'tenant')", true],
  ["CURRENT_USER", "CURRENT_USER", false],
  ["(current_user())", "current_user()", false],
  ["user", "user", false],
  ["(USER())", "USER()", false],
  ["(session_user)::text", "session_user", false],
  ["pg_backend_pid()", "pg_backend_pid()", false],
])("%s depends on the session", (sql, value, mayFail) => {
  expect(sessionValueIn(sql)).toEqual({ value, mayFail });
});

test.each([
  undefined,
  "now()",
  "'current_user'",
  "'user'",
  `"user"`,
  "gen_random_uuid()",
  "current_users()",
  "'it''s current_setting(''a'')'",
])("%s does not", (sql) => {
  expect(sessionValueIn(sql)).toBeUndefined();
});

test.each([
  ["current_setting('app.tenant', true)", true],
  ["(current_setting('app.tenant'::text, true))::text", true],
  ["coalesce(current_setting('app.tenant', true), 'none')", false],
  ["CURRENT_USER", false],
])("%s in a required column: an INSERT may fail, %s", (sql, mayFail) => {
  expect(sessionDefault({ name: "User" }, "tenant", sql, true, true)).toMatchObject([{ mayFail }]);
  expect(sessionDefault({ name: "User" }, "tenant", sql, true)).toMatchObject([{ mayFail: false }]);
});
