import { dataSource } from "./data-source";
import { Order } from "./order.entity";

const orders = dataSource.getRepository(Order);

export interface OrderResponse {
  id: number;
  customer: string;
  total: number;
}

export interface NewOrder {
  customer: string;
  total: number;
}

export async function place(body: NewOrder): Promise<OrderResponse> {
  return show(await orders.save(orders.create({ customer: body.customer, total: body.total })));
}

export async function placeByHand(customer: string): Promise<Order> {
  const order = new Order();
  order.customer = customer;
  order.total = 9.5;
  return orders.save(order);
}

export async function seed(): Promise<void> {
  await orders.insert([{ customer: "Ada", total: 12.5 }]);
}

export async function reprice(id: number, total: number): Promise<void> {
  await orders.update({ id }, { total });
}

export function show(order: Order): OrderResponse {
  return { id: order.id, customer: order.customer, total: order.total };
}
