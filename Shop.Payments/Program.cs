using Shop.Payments;
using Shop.Payments.Sandbox;

// One program, two processes: the payment service, and with --sandbox the provider that it is tried against. The switch is
// taken out: the configuration would read the argument behind it as its value.
var app = args.Contains("--sandbox") ? SandboxApp.Build([.. args.Except(["--sandbox"])]) : PaymentsApp.Build(args);
await app.RunAsync();
