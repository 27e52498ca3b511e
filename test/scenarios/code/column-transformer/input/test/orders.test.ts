import { Order } from "../src/order.entity";
import { show } from "../src/orders";

const order: Order = { id: 1, customer: "Ada", total: 12.5 };

export const shown = show(order);
