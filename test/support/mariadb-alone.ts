/** Test files that a MySQL in MariaDB's place cannot run, and why. `npm run test:on -- mysql` names those that it leaves out. Paths below test/. */
export const mariadbAlone: Readonly<Record<string, readonly string[]>> = {
  // It says SHOW SLAVE HOSTS, which MySQL 8.4 and later do not know.
  "Debian's pt-online-schema-change": ["database/mysql/online-run.test.ts", "contract/online.test.ts"],
};
