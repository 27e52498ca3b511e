import { Column, CreateDateColumn, Entity, OneToMany, PrimaryGeneratedColumn, UpdateDateColumn } from "typeorm";
import { Order } from "../orders/order.entity";

/** Someone who buys in the shop. */
@Entity("users")
export class User {
  @PrimaryGeneratedColumn()
  id!: number;

  /** Where receipts go, spelled as it was typed. */
  @Column({ unique: true })
  email!: string;

  @Column({ type: "varchar", length: 120 })
  name!: string;

  @CreateDateColumn({ type: "timestamptz" })
  createdAt!: Date;

  @UpdateDateColumn({ type: "timestamptz" })
  updatedAt!: Date;

  @OneToMany(
    () => Order,
    (order) => order.user,
  )
  orders!: Order[];
}
