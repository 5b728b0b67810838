export default function Screen() {
  return <h1>settings/settings</h1>
}
