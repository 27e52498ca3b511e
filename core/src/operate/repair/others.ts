import type { Repair } from "./repair.js";

/** What else the units of a dialect leave: whose plan made it does not matter. */
export const others: Repair = {
  id: "others",
  async find({ connection, state }) {
    const remains = await connection.dialect.ops.remains();
    return remains.others(connection, state.deploying);
  },
};
