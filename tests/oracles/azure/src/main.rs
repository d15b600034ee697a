//! Answers what Azure Policy would say of resources.
//!
//! Reads JSON lines {definition, parameters, resource, resourceGroup, subscription}, all but the first and the third
//! optional, and writes one line for each: {fires, effect, details} or {error}. `mode` is not looked at: the caller
//! knows which resources a definition is evaluated on.

use std::collections::HashMap;
use std::error::Error;
use std::io::{stdin, stdout, BufRead, Write};

use regorus::languages::azure_policy::{aliases::normalizer::normalize, compiler, parser};
use regorus::rvm::program::Program;
use regorus::rvm::RegoVM;
use regorus::{Rc, Source, Value};
use serde_json::{json, Value as Json};

/// Compiled definitions by their text, or what the compiler has against them.
type Programs = HashMap<String, Result<Rc<Program>, String>>;

fn main() -> Result<(), Box<dyn Error>> {
    let mut programs = Programs::new();
    let mut out = stdout().lock();
    for line in stdin().lock().lines() {
        let answer = answer(&mut programs, &line?).unwrap_or_else(|error| json!({"error": error.to_string()}));
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn answer(programs: &mut Programs, line: &str) -> Result<Json, Box<dyn Error>> {
    let asked: Json = serde_json::from_str(line)?;
    let text = serde_json::to_string_pretty(&asked["definition"])?; // the parser takes lines of 8,192 characters
    let compiled = programs.entry(text).or_insert_with_key(|text| compile(text).map_err(|error| error.to_string()));
    let program = compiled.as_ref().map_err(|error| error.clone())?;
    let mut machine = RegoVM::new();
    machine.load_program(Rc::clone(program));
    machine.set_input(input(&asked)?);
    machine.set_context(context(&asked)?);
    told(&machine.execute_entry_point_by_name("main")?)
}

fn compile(definition: &str) -> Result<Rc<Program>, Box<dyn Error>> {
    let source = Source::from_contents("definition".into(), definition.into())?;
    let parsed = parser::parse_policy_definition(&source).map_err(|error| error.to_string())?;
    Ok(compiler::compile_policy_definition(&parsed)?)
}

/// The resource with the names of its fields and tags in lower case, as the service itself prepares it.
fn input(asked: &Json) -> Result<Value, Box<dyn Error>> {
    let resource = normalize(&value(&asked["resource"])?, None, None);
    let mut input = Value::new_object();
    let fields = input.as_object_mut()?;
    fields.insert("resource".into(), resource);
    fields.insert("parameters".into(), value(asked.get("parameters").unwrap_or(&json!({})))?);
    Ok(input)
}

fn context(asked: &Json) -> Result<Value, Box<dyn Error>> {
    let group = asked.get("resourceGroup").cloned().unwrap_or(json!({}));
    let subscription = asked.get("subscription").cloned().unwrap_or(json!({}));
    value(&json!({"resourceGroup": group, "subscription": subscription}))
}

fn value(json: &Json) -> Result<Value, Box<dyn Error>> {
    Ok(Value::from_json_str(&json.to_string())?)
}

fn told(result: &Value) -> Result<Json, Box<dyn Error>> {
    if matches!(result, Value::Undefined) {
        return Ok(json!({"fires": false, "effect": "", "details": null}));
    }
    let said: Json = serde_json::from_str(&result.to_json_str()?)?;
    Ok(json!({"fires": true, "effect": said["effect"], "details": said["details"]}))
}
