export default function Screen() {
  return <h1>now/ranked</h1>
}
