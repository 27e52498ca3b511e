import { DataSource } from "typeorm";
import { Order } from "./order.entity";

export const dataSource = new DataSource({ type: "postgres", entities: [Order] });
