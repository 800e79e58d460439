/** One of a few, side by side. */
export function Choice<Value extends string>({ label, of, value, choose }: { label: string; of: [Value, string][]; value: Value; choose: (value: Value) => void }) {
  return (
    <div className="choice" role="group" aria-label={label}>
      {of.map(([key, words]) => <button key={key} type="button" aria-pressed={key === value} onClick={() => choose(key)}>{words}</button>)}
    </div>
  );
}
