import { DataSource } from "typeorm";
import { Reading } from "./reading.entity";

export const dataSource = new DataSource({ type: "postgres", entities: [Reading] });
