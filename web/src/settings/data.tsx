export default function Screen() {
  return <h1>settings/data</h1>
}
