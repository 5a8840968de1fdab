import { Table } from '@mantine/core';

/** The heads of a table's columns, translated by the caller. */
export function Heads({ titles }: { titles: string[] }) {
  return titles.map((title) => <Table.Th key={title}>{title}</Table.Th>);
}
