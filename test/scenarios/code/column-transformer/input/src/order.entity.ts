import { Column, Entity, PrimaryGeneratedColumn } from "typeorm";
import { cents } from "./cents";

@Entity("orders")
export class Order {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: "varchar" })
  customer!: string;

  @Column({ type: "int", transformer: cents })
  total!: number;

  @Column({ type: "int", transformer: cents })
  fee!: number;
}
