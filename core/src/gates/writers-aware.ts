import { confirmed } from "./confirmed.js";

/** Every service that writes the table runs a build that knows the column: nothing will write NULL again. */
export default confirmed("all services that write this table run a build that fills the column");
