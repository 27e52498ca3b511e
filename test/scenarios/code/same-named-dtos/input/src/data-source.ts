import { DataSource } from "typeorm";
import { Line } from "./checkout/line.entity";
import { Item } from "./inventory/item.entity";

export const dataSource = new DataSource({ type: "postgres", entities: [Item, Line] });
