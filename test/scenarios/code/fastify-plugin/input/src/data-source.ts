import { DataSource } from "typeorm";
import { Device } from "./entities/device";

export const dataSource = new DataSource({ type: "postgres", entities: [Device] });
