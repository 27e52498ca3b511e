import { expect, test } from "vitest";
import { ranStatement } from "../../../core/src/mysql/digests.js";

// As MySQL 9.7 keeps them.
test.each([
  ["SELECT `id` FROM `User` WHERE `id` = ?", "SELECT `id` FROM `User` WHERE `id` = ?"],
  ["EXECUTE SELECT `id` FROM `User` WHERE `id` = ?", "SELECT `id` FROM `User` WHERE `id` = ?"],
  ["EXECUTE ( SELECT ? ) UNION ( SELECT ? )", "( SELECT ? ) UNION ( SELECT ? )"],
  ["EXECUTE INSERT INTO `User` ( `id` ) VALUES (...)", "INSERT INTO `User` ( `id` ) VALUES (...)"],
  ["PREPARE SELECT `id` FROM `User` WHERE `id` = ?", undefined],
  ["EXECUTE `own`", "EXECUTE `own`"],
  ["PREPARE `own` FROM ?", "PREPARE `own` FROM ?"],
])("%s", (digest, statement) => {
  expect(ranStatement(digest)).toBe(statement);
});
