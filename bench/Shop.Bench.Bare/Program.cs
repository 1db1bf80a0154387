using Shop.Bench.Bare;

var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { Args = args });
builder.WebHost.UseKestrelCore();
builder.Configuration.AddEnvironmentVariables().AddCommandLine(args);
var app = builder.Build();
app.Run(BareEndpoint.From(app.Configuration));
app.Run();
