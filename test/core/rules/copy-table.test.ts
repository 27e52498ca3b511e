import rule from "../../../core/src/rules/copy-table.js";
import { ruleTester } from "../../support/rule-tester.js";

ruleTester(rule, {
  safe: [
    { name: "a column that is added in an instant", sql: "ALTER TABLE `User` ADD `age` int NULL;" },
    {
      name: "a demand of the user's own",
      sql: "ALTER TABLE `User` ADD CONSTRAINT `c` CHECK (`id` > 0), ALGORITHM=COPY;",
      notice: /./,
    },
    {
      name: "a check without a name, which nobody could find again",
      sql: "ALTER TABLE `User` ADD CHECK (`id` > 0);",
      notice: /./,
    },
    { name: "nobody knows what the column was", sql: "ALTER TABLE `User` MODIFY `id` bigint NOT NULL;", notice: /./ },
  ],
  unsafe: [
    {
      name: "two changes of one table in one copy, what needs none beside it",
      sql: "ALTER TABLE `User` ADD `sum` int AS (`id` + 1) STORED, ADD `age` int NULL; ALTER TABLE `User` ADD CONSTRAINT `c` CHECK (`id` > 0);",
      consequence: /copies or reads the whole table "User"/,
      ddl: {
        expand: [
          /^ALTER TABLE `User` ADD `sum` int AS \(`id` \+ 1\) STORED$/,
          /^ALTER TABLE `User` ADD `age` int NULL;$/,
          /^ALTER TABLE `User` ADD CONSTRAINT `c` CHECK \(`id` > 0\)$/,
        ],
        contract: [],
      },
    },
    {
      name: "typeorm 1.1.1, a stored column",
      sql: "ALTER TABLE `User` ADD `lower` varchar(191) AS (lower(email)) STORED NULL; INSERT INTO `typeorm_metadata` VALUES (1);",
      consequence: /copies or reads the whole table "User"/,
      ddl: { expand: [/^ALTER TABLE `User` ADD `lower` .* STORED NULL$/, /^INSERT/], contract: [] },
    },
  ],
});
