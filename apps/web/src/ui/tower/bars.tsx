export interface Bar {
  key: string;
  label: string;
  value: number;
  /** A second part behind the first, such as what is on its way already. */
  more?: number;
  /** The figure in words. */
  figure: string;
  tone?: 'good' | 'warn' | 'bad';
}

/** Bars that are their own table: label, bar, figure. */
export function Bars({ label, bars }: { label: string; bars: readonly Bar[] }) {
  const most = Math.max(1, ...bars.map(({ value, more = 0 }) => value + more));
  return (
    <table className="bars" aria-label={label}>
      <tbody>
        {bars.map((bar) => (
          <tr key={bar.key} data-tone={bar.tone}>
            <th scope="row">{bar.label}</th>
            <td aria-hidden="true">
              <div>
                <i style={{ width: `${(100 * bar.value) / most}%` }} />
                {bar.more ? <i className="more" style={{ width: `${(100 * bar.more) / most}%` }} /> : null}
              </div>
            </td>
            <td>{bar.figure}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
