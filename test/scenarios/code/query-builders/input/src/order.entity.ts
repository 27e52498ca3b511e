import { Column, Entity, PrimaryGeneratedColumn } from "typeorm";

@Entity("orders")
export class Order {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column()
  reference!: string;

  @Column()
  status!: string;

  @Column()
  total!: number;

  @Column()
  channel!: string;
}
